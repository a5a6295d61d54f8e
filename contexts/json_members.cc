#include "contexts/json_members.h"

#include <string_view>

#include "base/error.h"
#include "contexts/json_scanner.h"

namespace mist {

std::map<std::string, JsonText> JsonMembers(const JsonText& object) {
  std::map<std::string, JsonText> members;
  if (TypeOfJson(object.value) != JsonType::kObject) return members;
  for (const auto& [name, value] : JsonMembers(std::string_view(object.value))) {
    members[name] = JsonText{std::string(value)};
  }
  return members;
}

std::string JsonString(const JsonText& value) {
  if (TypeOfJson(value.value) != JsonType::kString) {
    throw Error(ErrorCode::kInvalidInput, "expected a JSON string, got " + value.value);
  }
  return DecodeJsonString(value.value);
}

}  // namespace mist
