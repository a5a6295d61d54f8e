#include "cli/apply/apply_report.h"

#include "cli/sample_request.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

constexpr char kJsonHeader[] = "-H 'Content-Type: application/json'";

std::string Heading(const std::string& text) {
  return text + "\n" + std::string(80, '-') + "\n";
}

// For a shell, between single quotes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string ContextHints(const std::string& name, const ServerAddress& address) {
  return Heading("Get context info") + "curl " + kJsonHeader + " -X GET " + address.Url() +
         ApiPath({"contexts", name}) + "\n\n\n";
}

std::string FunctionHints(const std::string& name, const std::string& request,
                          const ServerAddress& address) {
  const std::string url = address.Url() + ApiPath({"functions", name});
  return Heading("Get info of function resource") + "curl  " + kJsonHeader + " -X GET " + url +
         "\n\n" +  //
         Heading("Start job via mist-cli") + CommandPrefix(address) + " start job " + name + " " +
         Quoted(request) + "\n\n" +  //
         Heading("Start job via curl") + "curl --data " + Quoted(request) + " " + kJsonHeader +
         " -X POST " + url + "/jobs?force=true\n\n\n";
}

// Without validation the answer has no schema; then the request is empty.
std::string SampleFor(const std::string& function_info, std::mt19937& random) {
  const auto info = nlohmann::json::parse(function_info, nullptr, /*allow_exceptions=*/false);
  const bool has_schema = info.is_object() && info.contains("execute");
  return has_schema ? SampleRequest(info["execute"], random).dump() : "{}";
}

}  // namespace

std::string UsageHints(const Resource& resource, const ApplyResult& result,
                       const ServerAddress& address, std::mt19937& random) {
  if (std::holds_alternative<ContextResource>(resource.spec)) {
    return ContextHints(resource.name, address);
  }
  if (std::holds_alternative<FunctionResource>(resource.spec)) {
    return FunctionHints(resource.name, SampleFor(result.answer, random), address);
  }
  return "\n\n";
}

}  // namespace mist::cli
