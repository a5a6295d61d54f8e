#include <nlohmann/json.hpp>

#include "base/error.h"
#include "contexts/argument_check.h"
#include "contexts/context_json.h"
#include "contexts/retry_json.h"

namespace mist {
namespace {

using Json = nlohmann::ordered_json;  // arguments keep the order of their declaration
using Kind = ArgType::Kind;

// No function has arguments of such a type; recursion over a type stays small.
constexpr int kMaxTypeDepth = 32;

constexpr std::pair<Kind, std::string_view> kKindNames[] = {
    {Kind::kInt, "MInt"},       {Kind::kDouble, "MDouble"}, {Kind::kBoolean, "MBoolean"},
    {Kind::kString, "MString"}, {Kind::kAny, "MAny"},       {Kind::kList, "MList"},
    {Kind::kMap, "MMap"},       {Kind::kOption, "MOption"}, {Kind::kObject, "MObj"},
};

constexpr std::pair<FunctionLanguage, std::string_view> kLanguageNames[] = {
    {FunctionLanguage::kScala, "scala"},
    {FunctionLanguage::kJava, "java"},
    {FunctionLanguage::kPython, "python"}};

std::string_view NameOfKind(Kind kind) {
  for (const auto& [known, name] : kKindNames) {
    if (known == kind) return name;
  }
  return "MAny";
}

// With `precise` for our own use; the API does not show it.
Json TypeToJson(const ArgType& type, bool precise) {
  Json json;
  json["type"] = NameOfKind(type.kind);
  if (type.kind == Kind::kMap) json["args"] = Json::array({{{"type", "MString"}}});
  for (const ArgType& arg : type.args) json["args"].push_back(TypeToJson(arg, precise));
  if (type.kind == Kind::kObject) json["fields"] = Json::object();
  for (const auto& [name, field] : type.fields) json["fields"][name] = TypeToJson(field, precise);
  if (precise && !type.precise_name.empty()) json["precise"] = type.precise_name;
  return json;
}

Error Corrupt(const std::string& problem) {
  return Error(ErrorCode::kCorrupt, "reading a function's schema: " + problem);
}

template <typename Table, typename Value>
auto Lookup(const Table& table, const Value& name) {
  for (const auto& [known, text] : table) {
    if (text == name) return known;
  }
  throw Corrupt("unknown word '" + name + "'");
}

ArgType TypeFromJson(const Json& json, int depth) {
  if (depth > kMaxTypeDepth) throw Corrupt("a type is nested too deeply");
  ArgType type;
  type.kind = Lookup(kKindNames, json.at("type").get<std::string>());
  type.precise_name = json.value("precise", "");
  if (json.contains("args")) {
    for (const Json& arg : json.at("args")) type.args.push_back(TypeFromJson(arg, depth + 1));
  }
  if (type.kind == Kind::kMap && !type.args.empty())
    type.args.erase(type.args.begin());  // the key's type
  if (type.kind == Kind::kObject) {
    for (const auto& [name, field] : json.at("fields").items()) {
      type.fields.emplace_back(name, TypeFromJson(field, depth + 1));
    }
  }
  const bool container =
      type.kind == Kind::kList || type.kind == Kind::kOption || type.kind == Kind::kMap;
  if (type.args.size() != (container ? 1U : 0U))
    throw Corrupt("a type has the wrong number of args");
  return type;
}

FunctionSchema SchemaFromJson(const Json& json) {
  FunctionSchema schema;
  schema.language = Lookup(kLanguageNames, json.at("lang").get<std::string>());
  for (const Json& argument : json.at("arguments")) {
    schema.arguments.push_back({.name = argument.at("name").get<std::string>(),
                                .type = TypeFromJson(argument.at("type"), 0),
                                .of_class = argument.value("class", ""),
                                .unnamed = argument.value("unnamed", false)});
  }
  schema.tags = json.at("tags").get<std::vector<std::string>>();
  schema.has_validators = json.at("validated").get<bool>();
  return schema;
}

JsonText ToText(const Json& json) {
  return {json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Json FunctionToJson(const FunctionConfig& function) {
  Json json = {{"name", function.name.value},
               {"path", function.path},
               {"className", function.class_name},
               {"defaultContext", function.default_context.value}};
  AddRetrySettings(function.retry, json);
  return json;
}

}  // namespace

std::string_view ToString(FunctionLanguage language) {
  for (const auto& [known, name] : kLanguageNames) {
    if (known == language) return name;
  }
  return "scala";
}

JsonText ToJson(const FunctionConfig& function) {
  return ToText(FunctionToJson(function));
}

JsonText ToFunctionInfoJson(const FunctionConfig& function, const FunctionSchema& schema) {
  Json json = FunctionToJson(function);
  json["lang"] = ToString(schema.language);
  json["execute"] = Json::object();
  for (const ArgField& argument : schema.arguments)
    json["execute"][argument.name] = TypeToJson(argument.type, false);
  json["tags"] = schema.tags;
  return ToText(json);
}

JsonText ToJson(const FunctionSchema& schema) {
  Json json;
  json["lang"] = ToString(schema.language);
  json["arguments"] = Json::array();
  for (const ArgField& argument : schema.arguments) {
    Json item = {{"name", argument.name}, {"type", TypeToJson(argument.type, true)}};
    if (!argument.of_class.empty()) item["class"] = argument.of_class;
    if (argument.unnamed) item["unnamed"] = true;
    json["arguments"].push_back(std::move(item));
  }
  json["tags"] = schema.tags;
  json["validated"] = schema.has_validators;
  return ToText(json);
}

FunctionSchema ParseFunctionSchema(std::string_view text) {
  const auto compact = CompactJson(text);
  if (const auto* bad = std::get_if<BadJson>(&compact)) throw Corrupt(bad->message);
  try {
    return SchemaFromJson(Json::parse(std::get<JsonText>(compact).value));
  } catch (const Json::exception& e) {
    throw Corrupt(e.what());
  }
}

}  // namespace mist
