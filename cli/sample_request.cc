#include "cli/sample_request.h"

#include <cmath>
#include <string>

namespace mist::cli {
namespace {

using nlohmann::json;

json SampleValue(const json& type, std::mt19937& random);

json SampleElement(const json& type, std::size_t index, std::mt19937& random) {
  const auto args = type.find("args");
  const bool is_known = args != type.end() && args->is_array() && index < args->size();
  return is_known ? SampleValue((*args)[index], random) : json::object();
}

// Two decimals are easier to type again than seventeen.
double SampleDouble(std::mt19937& random) {
  return std::round(std::uniform_real_distribution<double>(0, 1)(random) * 100) / 100;
}

json SampleValue(const json& type, std::mt19937& random) {
  const std::string name = type.is_object() ? type.value("type", "") : "";
  if (name == "MString") return "string";
  if (name == "MInt") return std::uniform_int_distribution<int>(0, 10)(random);
  if (name == "MDouble") return SampleDouble(random);
  if (name == "MBoolean") return true;
  if (name == "MList") return json::array({SampleElement(type, 0, random)});
  if (name == "MMap") return {{"string", SampleElement(type, 1, random)}};
  if (name == "MOption") return SampleElement(type, 0, random);
  if (name == "MObj") return SampleRequest(type.value("fields", json::object()), random);
  return json::object();
}

}  // namespace

json SampleRequest(const json& execute, std::mt19937& random) {
  json request = json::object();
  for (const auto& [name, type] : execute.items()) request[name] = SampleValue(type, random);
  return request;
}

}  // namespace mist::cli
