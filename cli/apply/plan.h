// What a conf folder would change on the master, shown before it is done.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/api_client.h"
#include "cli/apply/resource_change.h"
#include "cli/style.h"

namespace mist::cli {

struct PlannedResource {
  Resource resource;
  ResourceChange change;
  std::string error;  // why the change is not known; empty when it is

  bool IsToBeSent() const {
    return error.empty() && change.kind != ResourceChange::Kind::kUnchanged;
  }
};

// In the order of the resources. Throws Error (kUnavailable) when the master cannot be reached.
std::vector<PlannedResource> MakePlan(ApiClient& client, std::vector<Resource> resources);

// One line for a resource and one for each of its changes: "+" new, "~" changed, "=" unchanged.
std::string PlanText(const PlannedResource& planned, const Style& style);

// {"model", "name", "file", "change", "fields"} or, when it is not known, {..., "outcome",
// "error"}.
nlohmann::json PlanJson(const PlannedResource& planned);

// "1 new, 2 changed, 3 unchanged".
std::string PlanSummary(const std::vector<PlannedResource>& plan);

}  // namespace mist::cli
