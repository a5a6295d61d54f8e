#include "api/json/json_writer.h"

#include <utility>

namespace mist {

JsonObject& JsonObject::Text(std::string_view name, std::string_view value) {
  return Json(name, QuoteJson(value).value);
}

JsonObject& JsonObject::Number(std::string_view name, std::int64_t value) {
  return Json(name, std::to_string(value));
}

JsonObject& JsonObject::Boolean(std::string_view name, bool value) {
  return Json(name, value ? "true" : "false");
}

JsonObject& JsonObject::Json(std::string_view name, std::string_view value) {
  if (text_.size() > 1) text_ += ',';
  text_ += QuoteJson(name).value;
  text_ += ':';
  text_ += value;
  return *this;
}

std::string JsonObject::Take() {
  text_ += '}';
  return std::move(text_);
}

void JsonArray::Add(std::string_view value) {
  if (text_.size() > 1) text_ += ',';
  text_ += value;
}

std::string JsonArray::Take() {
  text_ += ']';
  return std::move(text_);
}

}  // namespace mist
