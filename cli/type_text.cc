#include "cli/type_text.h"

namespace mist::cli {
namespace {

using nlohmann::json;

std::string ArgumentText(const json& type, std::size_t index) {
  const json args = type.value("args", json::array());
  return args.is_array() && index < args.size() ? TypeText(args[index]) : "any";
}

std::string FieldsText(const json& type) {
  std::string text;
  const json fields = type.value("fields", json::object());
  for (const auto& [name, field] : fields.items()) {
    text += (text.empty() ? "" : ", ") + name + ": " + TypeText(field);
  }
  return "{" + text + "}";
}

}  // namespace

std::string TypeText(const json& type) {
  const auto member = type.is_object() ? type.find("type") : type.end();
  if (member == type.end() || !member->is_string()) return type.dump();
  const std::string name = member->get<std::string>();
  if (name == "MString") return "string";
  if (name == "MInt") return "int";
  if (name == "MDouble") return "double";
  if (name == "MBoolean") return "boolean";
  if (name == "MAny") return "any";
  if (name == "MList") return "list of " + ArgumentText(type, 0);
  if (name == "MMap") return "map of " + ArgumentText(type, 0) + " to " + ArgumentText(type, 1);
  if (name == "MOption") return "optional " + ArgumentText(type, 0);
  if (name == "MObj") return FieldsText(type);
  return type.dump();
}

}  // namespace mist::cli
