// Reading a JSON object member by member with the error texts of the original's parser. Internal to
// contexts/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contexts/context_json.h"

namespace mist {

// One reader for each body; lives for one call. The first problem is kept and every later read
// answers with an empty value, so the Parse functions of context_json.h read everything and look
// for a problem at the end.
class JsonBody {
 public:
  explicit JsonBody(std::string_view text);

  const std::optional<BadBody>& Problem() const { return problem_; }

  // Missing and null are the same thing.
  bool Has(const char* member) const;

  std::string String(const char* member);
  std::string Name(const char* member);
  bool Boolean(const char* member);
  std::int32_t PositiveInt(const char* member);
  std::int32_t NonNegativeInt(const char* member);
  Timeout Duration(const char* member);
  std::map<std::string, std::string> StringMap(const char* member);

  // The body is JSON of the right types, but says something impossible.
  void Refuse(const std::string& text);

 private:
  std::int32_t IntFrom(const char* member, std::int32_t least);
  // The body is not of the form that the API has: missing members, wrong types.
  void Malformed(const std::string& what);
  void WrongType(const std::string& expected, const nlohmann::json& got);

  // Null, and a problem, when it is missing.
  const nlohmann::json& Required(const char* member);
  std::string PlainString(const nlohmann::json& value);

  nlohmann::json object_ = nlohmann::json::object();
  std::optional<BadBody> problem_;
};

}  // namespace mist
