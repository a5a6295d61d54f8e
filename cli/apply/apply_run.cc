#include "cli/apply/apply_run.h"

#include <algorithm>
#include <ostream>

#include "base/error.h"
#include "cli/apply/apply_report.h"
#include "cli/apply/resource_files.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

using nlohmann::json;
using Outcome = ApplyResult::Outcome;

json EntryOf(const Resource& resource) {
  return {{"model", ModelName(resource)}, {"name", resource.name}, {"file", resource.file}};
}

bool WouldBeRefused(const PlannedResource& planned) {
  return std::holds_alternative<ArtifactResource>(planned.resource.spec) &&
         planned.change.kind == ResourceChange::Kind::kChanged;
}

}  // namespace

void ApplyRun::Apply(const ConfSource& source, ApplyPolicy policy) {
  const std::vector<Resource> resources = Read(source);
  Applier applier(session_, client_, policy);
  for (const Resource& resource : resources) {
    Say("updating " + std::string(ModelName(resource)) + " " + resource.name);
    Send(applier, resource, EntryOf(resource));
  }
  PrintReport();
  if (failed_ == 0) {
    Say(hints_ + "You can view all applied changes at mist-ui: " + client_.Address().Url() + "/ui");
  }
}

void ApplyRun::ShowPlan(const ConfSource& source, ApplyPolicy policy) {
  const std::vector<PlannedResource> plan = Plan(source, false);
  for (const PlannedResource& planned : plan) {
    if (planned.error.empty()) entries_.push_back(PlanJson(planned));
  }
  PrintReport();
  if (policy == ApplyPolicy::kRefuse && std::any_of(plan.begin(), plan.end(), WouldBeRefused)) {
    Say("apply refuses to replace an artifact: raise its version, or use 'mist-cli deploy' or "
        "--validate false");
  }
  Say(PlanSummary(plan) + ". Nothing was sent.");
}

void ApplyRun::Deploy(const ConfSource& source) {
  const std::vector<PlannedResource> plan = Plan(source, session_.options.json);
  const auto count = std::count_if(plan.begin(), plan.end(), [](const PlannedResource& planned) {
    return planned.IsToBeSent();
  });
  const std::string question = "Send " + std::to_string(count) +
                               (count == 1 ? " change to " : " changes to ") +
                               client_.Address().Url() + "?";
  session_.out.flush();
  if (count > 0 && !session_.Confirmed(question)) return;
  Applier applier(session_, client_, ApplyPolicy::kReplace);
  for (const PlannedResource& planned : plan) {
    if (planned.IsToBeSent()) {
      Send(applier, planned.resource, PlanJson(planned));
    } else if (planned.error.empty()) {
      json entry = PlanJson(planned);
      entry["outcome"] = "unchanged";
      entries_.push_back(std::move(entry));
    }
  }
  PrintReport();
  if (failed_ == 0) Say("Deployed: " + PlanSummary(plan) + ".");
}

std::vector<Resource> ApplyRun::Read(const ConfSource& source) {
  ResourceFiles files = ReadResourceFiles(source.path, source.user);
  if (files.Count() == 0) {
    throw Error(ErrorCode::kInvalidInput,
                "there is no *.conf, *.yaml or *.yml file below " + source.path);
  }
  Say("Process " + std::to_string(files.Count()) + " file entries");
  for (const std::string& problem : files.problems) AddFailed(json::object(), problem);
  return std::move(files.resources);
}

std::vector<PlannedResource> ApplyRun::Plan(const ConfSource& source, bool to_error_stream) {
  std::vector<PlannedResource> plan = MakePlan(client_, Read(source));
  for (const PlannedResource& planned : plan) {
    if (!session_.options.json) {
      session_.out << PlanText(planned, session_.out_style);
    } else if (to_error_stream && !session_.options.assume_yes) {
      session_.err << PlanText(planned, session_.err_style);
    }
    if (planned.error.empty()) continue;
    entries_.push_back(PlanJson(planned));
    ++failed_;
  }
  return plan;
}

void ApplyRun::Send(Applier& applier, const Resource& resource, json entry) {
  const std::string title = std::string(ModelName(resource)) + " " + resource.name;
  const ApplyResult result = applier.Apply(resource);
  hints_ += UsageHints(resource, result, client_.Address(), random_);
  if (result.outcome == Outcome::kFailed) return AddFailed(std::move(entry), result.error);
  const bool is_unchanged = result.outcome == Outcome::kUnchanged;
  Say(session_.out_style.Good("Success:") + " " + title + (is_unchanged ? " (unchanged)" : ""));
  entry["outcome"] = is_unchanged ? "unchanged" : "applied";
  entries_.push_back(std::move(entry));
}

void ApplyRun::AddFailed(json entry, const std::string& error) {
  Say(session_.out_style.Bad("Error:") + " " + PrintableText(error));
  entry["outcome"] = "failed";
  entry["error"] = error;
  entries_.push_back(std::move(entry));
  ++failed_;
}

void ApplyRun::PrintReport() const {
  if (session_.options.json) session_.PrintJson({{"entries", entries_}, {"failed", failed_}});
  if (failed_ > 0) session_.exit_code = ExitCode::kFailed;
}

void ApplyRun::Say(const std::string& line) const {
  if (!session_.options.json) session_.out << line << std::endl;
}

}  // namespace mist::cli
