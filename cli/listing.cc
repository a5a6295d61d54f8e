#include "cli/listing.h"

#include <ctime>

namespace mist::cli {
namespace {

using nlohmann::json;

// "broken", or how many worker starts have failed in a row.
std::string Trouble(const json& context) {
  const auto failed = context.find("failedStarts");
  if (failed == context.end()) return "";
  return failed->value("broken", false) ? "broken" : TextOf(*failed, "count") + " failed starts";
}

}  // namespace

const std::vector<Listing>& Listings() {
  static const std::vector<Listing> listings = {
      {"workers",
       "List running workers",
       {{"ID"}, {"ADDRESS", true, 1}, {"SPARK UI", true, 2}},
       [](const json& worker) -> std::vector<std::string> {
         return {TextOf(worker, "name"), TextOf(worker, "address"), TextOf(worker, "sparkUi")};
       }},
      {"jobs",
       "List jobs, newest first",
       {{"UID"},
        {"START TIME", false, 4},
        {"NAMESPACE", true, 3},
        {"EXT ID", true, 2},
        {"FUNCTION", true},
        {"SOURCE", true, 1},
        {"STATUS"}},
       [](const json& job) -> std::vector<std::string> {
         return {TextOf(job, "jobId"),      LocalTime(job, "startTime"), TextOf(job, "context"),
                 TextOf(job, "externalId"), TextOf(job, "function"),     TextOf(job, "source"),
                 TextOf(job, "status")};
       }},
      {"functions",
       "List functions",
       {{"FUNCTION"}, {"DEFAULT CONTEXT", true}, {"PATH", true}, {"CLASS NAME", true, 1}},
       [](const json& function) -> std::vector<std::string> {
         return {TextOf(function, "name"), TextOf(function, "defaultContext"),
                 TextOf(function, "path"), TextOf(function, "className")};
       }},
      {"contexts",
       "List contexts",
       {{"ID"}, {"WORKER MODE"}, {"TROUBLE", false, {}, true}},
       [](const json& context) -> std::vector<std::string> {
         return {TextOf(context, "name"), TextOf(context, "workerMode"), Trouble(context)};
       }},
      {"artifacts",
       "List artifacts",
       {{"ARTIFACT"}},
       [](const json& artifact) -> std::vector<std::string> {
         return {artifact.get<std::string>()};
       }},
  };
  return listings;
}

std::string LocalTime(const json& item, const char* key) {
  const auto millis = item.find(key);
  if (millis == item.end() || !millis->is_number()) return "-";
  const std::time_t seconds = millis->get<std::int64_t>() / 1000;
  std::tm local = {};
  localtime_r(&seconds, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

std::string TextOf(const json& item, const char* key) {
  const auto& members = item.get_ref<const json::object_t&>();  // throws for anything else
  const auto value = members.find(key);
  if (value == members.end() || value->second.is_null()) return "";
  return value->second.is_string() ? value->second.get<std::string>() : value->second.dump();
}

}  // namespace mist::cli
