// Writes JSON objects and arrays member by member, in the order of the calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace mist {

class JsonObject {
 public:
  JsonObject& Text(std::string_view name, std::string_view value);
  JsonObject& Number(std::string_view name, std::int64_t value);
  JsonObject& Boolean(std::string_view name, bool value);
  // Embedded as it is: numbers keep their digits.
  JsonObject& Json(std::string_view name, std::string_view value);

  std::string Take();

 private:
  std::string text_ = "{";
};

class JsonArray {
 public:
  void Add(std::string_view value);
  std::string Take();

 private:
  std::string text_ = "[";
};

}  // namespace mist
