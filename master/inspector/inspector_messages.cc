#include "master/inspector/inspector_messages.h"

#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace mist {
namespace {

using Json = nlohmann::ordered_json;  // fields of object types keep their order

constexpr int kMaxTypeDepth = 64;

Json RequestJson(std::int64_t id, const char* method, const InspectedFunction& function,
                 const RequestTerms& terms) {
  return {{"id", id},
          {"method", method},
          {"artifact", function.file.string()},
          {"name", function.artifact_name},
          {"sha256", function.sha256},
          {"className", function.class_name},
          {"python", function.python},
          {"pythonPath", terms.python_path},
          {"timeoutMs", terms.timeout.count()}};
}

// Bytes that are not UTF-8 (a file system path may hold them) are replaced: the inspector then
// reports the file missing.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ArgType::Kind DecodeKind(const std::string& name) {
  using Kind = ArgType::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 9> kKinds{{
      {"MInt", Kind::kInt},
      {"MDouble", Kind::kDouble},
      {"MBoolean", Kind::kBoolean},
      {"MString", Kind::kString},
      {"MAny", Kind::kAny},
      {"MList", Kind::kList},
      {"MMap", Kind::kMap},
      {"MOption", Kind::kOption},
      {"MObj", Kind::kObject},
  }};
  for (const auto& [text, kind] : kKinds) {
    if (text == name) return kind;
  }
  throw std::invalid_argument("unknown argument type " + name);
}

ArgType DecodeType(const Json& json, int depth) {
  if (depth > kMaxTypeDepth) throw std::invalid_argument("argument type nested too deep");
  ArgType type;
  type.kind = DecodeKind(json.at("type").get<std::string>());
  type.precise_name = json.value("name", std::string());
  if (const auto fields = json.find("fields"); fields != json.end()) {
    for (const auto& [name, field] : fields->items()) {
      type.fields.emplace_back(name, DecodeType(field, depth + 1));
    }
  }
  if (const auto args = json.find("args"); args != json.end()) {
    for (const Json& arg : *args) type.args.push_back(DecodeType(arg, depth + 1));
  }
  // On the wire a map names its key type too, which is always a string.
  if (type.kind == ArgType::Kind::kMap && type.args.size() == 2) type.args.erase(type.args.begin());
  const bool container = type.kind == ArgType::Kind::kList || type.kind == ArgType::Kind::kMap ||
                         type.kind == ArgType::Kind::kOption;
  if (type.args.size() != (container ? 1U : 0U)) {
    throw std::invalid_argument("wrong number of element types");
  }
  return type;
}

FunctionLanguage DecodeLanguage(const std::string& name) {
  if (name == "scala") return FunctionLanguage::kScala;
  if (name == "java") return FunctionLanguage::kJava;
  if (name == "python") return FunctionLanguage::kPython;
  throw std::invalid_argument("unknown language " + name);
}

FunctionSchema DecodeSchema(const Json& json) {
  FunctionSchema schema;
  schema.language = DecodeLanguage(json.at("language").get<std::string>());
  for (const Json& argument : json.at("arguments")) {
    schema.arguments.push_back({.name = argument.at("name").get<std::string>(),
                                .type = DecodeType(argument.at("type"), 0),
                                .of_class = argument.value("class", std::string()),
                                .unnamed = argument.value("unnamed", false)});
  }
  schema.tags = json.at("tags").get<std::vector<std::string>>();
  schema.has_validators = json.at("validators").get<bool>();
  return schema;
}

using AnswerBody = decltype(InspectorAnswer::body);

AnswerBody DecodeBody(const Json& json) {
  if (json.contains("schema")) return DecodeSchema(json.at("schema"));
  if (json.contains("error")) {
    const Json& error = json.at("error");
    return InspectionProblem{error.at("class").get<std::string>(),
                             error.value("message", std::string())};
  }
  const Json& failure = json.at("failure");
  return failure.is_null() ? Validation{} : Validation{failure.get<std::string>()};
}

// An answer that names its request but makes no sense otherwise must not leave that request
// waiting.
AnswerBody Unreadable(const std::exception& reason) {
  return InspectionProblem{"java.lang.IllegalStateException",
                           std::string("The inspector's answer cannot be read: ") + reason.what()};
}

}  // namespace

std::string EncodeDescribe(std::int64_t id, const InspectedFunction& function,
                           const RequestTerms& terms) {
  return Dump(RequestJson(id, "describe", function, terms)) + "\n";
}

// The arguments go in as they are: reading and writing them again could change numbers.
std::string EncodeValidate(std::int64_t id, const InspectedFunction& function,
                           const JsonText& arguments, const RequestTerms& terms) {
  std::string line = Dump(RequestJson(id, "validate", function, terms));
  line.pop_back();
  line += ",\"arguments\":" + arguments.value + "}\n";
  return line;
}

std::optional<InspectorAnswer> DecodeAnswer(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto id = json.find("id");
  if (id == json.end() || !id->is_number_integer()) return std::nullopt;
  InspectorAnswer answer{id->get<std::int64_t>(), Validation{}};
  try {
    answer.body = DecodeBody(json);
  } catch (const Json::exception& e) {
    answer.body = Unreadable(e);
  } catch (const std::invalid_argument& e) {
    answer.body = Unreadable(e);
  }
  return answer;
}

}  // namespace mist
