#include "contexts/json_body.h"

#include <limits>

#include "contexts/argument_check.h"
#include "contexts/names.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// A context or a function is a few lines of text; the limit keeps the tree that is built of it
// small.
constexpr std::size_t kMaxBytes = 1 << 20;
std::string Shown(const nlohmann::json& value) {
  return std::string(CutUtf8(value.dump(), kMaxShownBytes));
}

}  // namespace

JsonBody::JsonBody(std::string_view text) {
  if (text.size() > kMaxBytes) {
    Malformed("The body is larger than the limit of 1 MiB");
    return;
  }
  const auto compact = CompactJson(text);
  if (const auto* bad = std::get_if<BadJson>(&compact)) {
    Malformed(bad->message);
    return;
  }
  auto body = nlohmann::json::parse(std::get<JsonText>(compact).value);
  if (body.is_object()) {
    object_ = std::move(body);
  } else {
    Malformed("Json object required: got " + Shown(body));
  }
}

void JsonBody::Refuse(const std::string& text) {
  if (!problem_) problem_ = BadBody{text};
}

void JsonBody::Malformed(const std::string& what) {
  Refuse("The request content was malformed:\n" + what);
}

void JsonBody::WrongType(const std::string& expected, const nlohmann::json& got) {
  Malformed("Expected " + expected + ", but got " + Shown(got));
}

bool JsonBody::Has(const char* member) const {
  const auto found = object_.find(member);
  return found != object_.end() && !found->is_null();
}

const nlohmann::json& JsonBody::Required(const char* member) {
  static const nlohmann::json kNull;
  if (Has(member)) return object_.at(member);
  Malformed("Object is missing required member '" + std::string(member) + "'");
  return kNull;
}

std::string JsonBody::String(const char* member) {
  return PlainString(Required(member));
}

// Texts become arguments of a command line, which cannot hold NUL.
std::string JsonBody::PlainString(const nlohmann::json& value) {
  if (!value.is_string()) {
    WrongType("String as JsString", value);
    return "";
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) Malformed("A string holds a NUL character");
  return text;
}

std::string JsonBody::Name(const char* member) {
  std::string name = String(member);
  if (const std::string bad = CheckName(name); !bad.empty())
    Refuse("Bad " + std::string(member) + ": " + bad);
  return name;
}

bool JsonBody::Boolean(const char* member) {
  const nlohmann::json& value = Required(member);
  if (!value.is_boolean()) WrongType("JsBoolean", value);
  return value == true;
}

std::int32_t JsonBody::PositiveInt(const char* member) {
  return IntFrom(member, 1);
}

std::int32_t JsonBody::NonNegativeInt(const char* member) {
  return IntFrom(member, 0);
}

std::int32_t JsonBody::IntFrom(const char* member, std::int32_t least) {
  const nlohmann::json& value = Required(member);
  constexpr double kMax = std::numeric_limits<std::int32_t>::max();
  if (!value.is_number_integer() || value.get<double>() > kMax) {
    WrongType("Int as JsNumber", value);
    return least;
  }
  if (value.get<double>() >= least) return value.get<std::int32_t>();
  Refuse(std::string(member) + " must be at least " + std::to_string(least) + ", got " +
         Shown(value));
  return least;
}

Timeout JsonBody::Duration(const char* member) {
  const nlohmann::json& value = Required(member);
  if (!value.is_string()) {
    WrongType("Duration as JsString", value);
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  if (const auto parsed = ParseTimeout(text)) return parsed->timeout;
  const std::string shown(CutUtf8(text, kMaxShownBytes));
  if (text.ends_with('s')) {
    Refuse("For input string: \"" + shown.substr(0, shown.size() - 1) + "\"");
  } else {
    Refuse("Unknown duration " + shown + ", expected one such as 10s or Inf");
  }
  return {};
}

std::map<std::string, std::string> JsonBody::StringMap(const char* member) {
  const nlohmann::json& value = Required(member);
  std::map<std::string, std::string> map;
  if (!value.is_object()) {
    WrongType("Map as JsObject", value);
    return map;
  }
  for (const auto& [key, item] : value.items()) map[PlainString(key)] = PlainString(item);
  return map;
}

}  // namespace mist
