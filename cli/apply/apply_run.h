// Bringing a conf folder to the master, told to people while it goes or as one JSON object in the
// end.
#pragma once

#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/apply/applier.h"
#include "cli/apply/plan.h"
#include "cli/session.h"

namespace mist::cli {

struct ConfSource {
  std::string path;
  std::string user;  // prefix of names; empty for none
};

// One of Apply(), ShowPlan() and Deploy() is called, once. They throw Error when there is nothing
// to apply or the master cannot be reached; entries that fail are reported and set the exit code.
class ApplyRun {
 public:
  explicit ApplyRun(Session& session) : session_(session), client_(session.Connect()) {}

  // Sends every entry, changed or not.
  void Apply(const ConfSource& source, ApplyPolicy policy);
  // Sends nothing. `policy` is that of the run that would follow.
  void ShowPlan(const ConfSource& source, ApplyPolicy policy);
  // Shows the plan, asks, and sends what is new or changed.
  void Deploy(const ConfSource& source);

 private:
  std::vector<Resource> Read(const ConfSource& source);
  std::vector<PlannedResource> Plan(const ConfSource& source, bool to_error_stream);
  void Send(Applier& applier, const Resource& resource, nlohmann::json entry);
  void AddFailed(nlohmann::json entry, const std::string& error);
  void PrintReport() const;
  void Say(const std::string& line) const;

  Session& session_;
  ApiClient client_;
  std::mt19937 random_{std::random_device()()};
  nlohmann::json entries_ = nlohmann::json::array();
  int failed_ = 0;
  std::string hints_;
};

}  // namespace mist::cli
