#include <cstdlib>
#include <ostream>
#include <random>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/apply/applier.h"
#include "cli/apply/apply_report.h"
#include "cli/apply/resource_files.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

using nlohmann::json;
using Outcome = ApplyResult::Outcome;

struct ApplyOptions {
  std::string path;
  std::string user;
  bool validate = true;
};

// Prints while it goes when people read it, one object in the end with --json.
class ApplyRun {
 public:
  explicit ApplyRun(Session& session) : session_(session), client_(session.Connect()) {}

  void Run(const ApplyOptions& options) {
    const ResourceFiles files = ReadResourceFiles(options.path, options.user);
    if (files.Count() == 0) {
      throw Error(ErrorCode::kInvalidInput,
                  "there is no *.conf, *.yaml or *.yml file below " + options.path);
    }
    Say("Process " + std::to_string(files.Count()) + " file entries");
    for (const std::string& problem : files.problems) AddProblem(problem);
    Applier applier(client_, options.validate);
    for (const Resource& resource : files.resources) Apply(applier, resource);
    Finish();
  }

 private:
  void AddProblem(const std::string& problem) {
    Say("Error: " + problem);
    entries_.push_back({{"outcome", "failed"}, {"error", problem}});
    ++failed_;
  }

  void Apply(Applier& applier, const Resource& resource) {
    const std::string title = std::string(ModelName(resource)) + " " + resource.name;
    Say("updating " + title);
    const ApplyResult result = applier.Apply(resource);
    json entry = {{"model", ModelName(resource)}, {"name", resource.name}, {"file", resource.file}};
    switch (result.outcome) {
      case Outcome::kApplied:
        Say("Success: " + title);
        entry["outcome"] = "applied";
        break;
      case Outcome::kUnchanged:
        Say("Success: " + title + " (unchanged)");
        entry["outcome"] = "unchanged";
        break;
      case Outcome::kFailed:
        Say("Error: " + result.error);
        entry["outcome"] = "failed";
        entry["error"] = result.error;
        ++failed_;
        break;
    }
    entries_.push_back(std::move(entry));
    hints_ += UsageHints(resource, result, client_.Address(), random_);
  }

  void Finish() {
    if (session_.options.json) session_.PrintJson({{"entries", entries_}, {"failed", failed_}});
    if (failed_ > 0) {
      session_.exit_code = ExitCode::kFailed;
      return;
    }
    Say(hints_ + "You can view all applied changes at mist-ui: " + client_.Address().Url() + "/ui");
  }

  void Say(const std::string& line) const {
    if (!session_.options.json) session_.out << line << std::endl;
  }

  Session& session_;
  ApiClient client_;
  std::mt19937 random_{std::random_device()()};
  json entries_ = json::array();
  int failed_ = 0;
  std::string hints_;
};

// An empty variable counts: it is the way to ask for no prefix.
std::string DefaultUser() {
  for (const char* variable : {"MIST_APPLY_USER", "USER"}) {
    if (const char* user = std::getenv(variable))
      return user;  // NOLINT(concurrency-mt-unsafe): one thread
  }
  return "";
}

}  // namespace

void AddApplyCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ApplyOptions>();
  options->user = DefaultUser();
  CLI::App* command =
      app.add_subcommand("apply",
                         "Create or update the artifacts, contexts and functions of a "
                         "file or folder");
  command->add_option("-f,--file", options->path, "A conf file, or a folder searched for them")
      ->envname("MIST_APPLY_FILE")
      ->required()
      ->check(CLI::ExistingPath);
  command->add_option("-u,--user", options->user,
                      "Prefix of all names (env: MIST_APPLY_USER, else USER); '' for none");
  command
      ->add_option("--validate", options->validate,
                   "false: check nothing and overwrite what is there")
      ->envname("MIST_APPLY_VALIDATE")
      ->capture_default_str();
  command->callback([&session, options] { ApplyRun(session).Run(*options); });
}

}  // namespace mist::cli
