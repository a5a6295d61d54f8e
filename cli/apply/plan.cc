#include "cli/apply/plan.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

using nlohmann::json;
using Kind = ResourceChange::Kind;

PlannedResource Planned(ChangeFinder& finder, Resource resource) {
  PlannedResource planned{std::move(resource), {}, {}};
  try {
    planned.change = finder.Find(planned.resource);
  } catch (const Error& e) {
    if (e.Code() == ErrorCode::kUnavailable) throw;  // the others would fare no better
    planned.error = e.what();
  }
  return planned;
}

// The arguments of a function come out of its artifact.
void MarkFunctionsOf(const std::set<std::string>& changed_artifacts, PlannedResource& planned) {
  const auto* function = std::get_if<FunctionResource>(&planned.resource.spec);
  if (function == nullptr || planned.change.kind != Kind::kUnchanged) return;
  if (changed_artifacts.count(function->path) == 0) return;
  planned.change = {Kind::kChanged,
                    {{"arguments", "as they are", "read again from " + function->path}}};
}

}  // namespace

std::vector<PlannedResource> MakePlan(ApiClient& client, std::vector<Resource> resources) {
  ChangeFinder finder(client);
  std::vector<PlannedResource> plan;
  std::set<std::string> changed_artifacts;
  for (Resource& resource : resources) {
    plan.push_back(Planned(finder, std::move(resource)));
    const PlannedResource& last = plan.back();
    const bool is_artifact = std::holds_alternative<ArtifactResource>(last.resource.spec);
    if (is_artifact && last.change.kind == Kind::kChanged) {
      changed_artifacts.insert(last.resource.name);
    }
  }
  for (PlannedResource& planned : plan) MarkFunctionsOf(changed_artifacts, planned);
  return plan;
}

std::string PlanText(const PlannedResource& planned, const Style& style) {
  const std::string title =
      PrintableLine(std::string(ModelName(planned.resource)) + " " + planned.resource.name);
  if (!planned.error.empty()) {
    return style.Bad("! " + title) + "\n    " + PrintableText(planned.error) + "\n";
  }
  switch (planned.change.kind) {
    case Kind::kNew:
      return style.Good("+ " + title) + " (new)\n";
    case Kind::kUnchanged:
      return style.Faint("= " + title + " (unchanged)") + "\n";
    case Kind::kChanged:
      break;
  }
  std::string text = style.Changed("~ " + title) + " (changed)\n";
  for (const FieldChange& field : planned.change.fields) {
    text += "    " + PrintableLine(field.field) + ": " + PrintableLine(field.before) + " -> " +
            PrintableLine(field.after) + "\n";
  }
  return text;
}

json PlanJson(const PlannedResource& planned) {
  json entry = {{"model", ModelName(planned.resource)},
                {"name", planned.resource.name},
                {"file", planned.resource.file}};
  if (!planned.error.empty()) {
    entry["outcome"] = "failed";
    entry["error"] = planned.error;
    return entry;
  }
  entry["change"] = ToString(planned.change.kind);
  entry["fields"] = json::array();
  for (const FieldChange& field : planned.change.fields) {
    entry["fields"].push_back(
        {{"field", field.field}, {"before", field.before}, {"after", field.after}});
  }
  return entry;
}

std::string PlanSummary(const std::vector<PlannedResource>& plan) {
  std::string text;
  for (const Kind kind : {Kind::kNew, Kind::kChanged, Kind::kUnchanged}) {
    const auto count = std::count_if(plan.begin(), plan.end(), [&](const PlannedResource& planned) {
      return planned.error.empty() && planned.change.kind == kind;
    });
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + ToString(kind);
  }
  return text;
}

}  // namespace mist::cli
