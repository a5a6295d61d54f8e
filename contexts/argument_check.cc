#include "contexts/argument_check.h"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "contexts/json_scanner.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

using Kind = ArgType::Kind;

// Why a value does not fit. `path` leads from the argument to the value at fault ("[3]",
// ".address.zip") when that is not the argument itself.
struct Misfit {
  std::string text;
  std::string path;
  std::string cause;
};

std::string Shown(std::string_view value) {
  const std::string text =
      TypeOfJson(value) == JsonType::kString ? DecodeJsonString(value) : std::string(value);
  const std::string_view cut = CutUtf8(text, kMaxShownBytes);
  return std::string(cut) + (cut.size() < text.size() ? "..." : "");
}

std::string WrongType(const std::string& expected, std::string_view value) {
  return "Invalid type: expected " + expected + ", got " + Shown(value);
}

// A list in a list is text about the outer list first, as the original has it, then the place and
// what is wrong there.
std::string Describe(const Misfit& misfit, const std::string& argument) {
  if (misfit.path.empty()) return misfit.text;
  return misfit.text + " (at " + argument + misfit.path + ": " + misfit.cause + ")";
}

std::string Incomplete(const std::string& class_name, const std::string& reason) {
  return class_name.empty() ? reason
                            : "Incomplete object for class " + class_name + ", reason: " + reason;
}

std::string Join(const std::vector<std::string>& errors) {
  if (errors.empty()) return "";
  if (errors.size() == 1) return errors.front();
  std::string joined;
  for (const std::string& error : errors) joined += (joined.empty() ? "" : ",") + error;
  return "Errors[" + joined + "]";
}

using Members = std::map<std::string, std::string_view>;

std::string_view MemberOrNull(const Members& members, const std::string& name) {
  const auto member = members.find(name);
  return member == members.end() ? "null" : member->second;
}

// Checks values against types. Recursion follows the type, never the value. Lives for one call.
class Checker {
 public:
  explicit Checker(FunctionLanguage language) : language_(language) {}

  // Empty when the value fits. Missing and null are the same thing.
  std::string CheckField(const ArgField& field, std::string_view value) const {
    const bool missing = TypeOfJson(value) == JsonType::kNull && field.type.kind != Kind::kOption;
    const auto misfit =
        missing ? Misfit{WrongType(NameOf(field.type), "null"), "", ""} : Check(field.type, value);
    if (!misfit) return "";
    const std::string error = Describe(*misfit, field.name);
    return field.unnamed ? error : "Invalid field " + field.name + ":" + error;
  }

  std::optional<Misfit> Check(const ArgType& type, std::string_view value) const {
    const JsonType given = TypeOfJson(value);
    const auto require = [&](bool fits) -> std::optional<Misfit> {
      if (fits) return std::nullopt;
      return Misfit{WrongType(NameOf(type), value), "", ""};
    };
    switch (type.kind) {
      case Kind::kInt:
        return require(given == JsonType::kNumber && FitsInteger(type, value));
      case Kind::kDouble:
        return require(given == JsonType::kNumber);
      case Kind::kBoolean:
        return require(given == JsonType::kBoolean);
      case Kind::kString:
        return require(given == JsonType::kString);
      case Kind::kAny:
        return std::nullopt;
      case Kind::kOption:
        return given == JsonType::kNull ? std::nullopt : Check(type.args.at(0), value);
      case Kind::kList:
        return given == JsonType::kList ? CheckList(type, value) : require(false);
      case Kind::kMap:
        return given == JsonType::kObject ? CheckMap(type, value) : require(false);
      case Kind::kObject:
        return given == JsonType::kObject ? CheckObject(type, value) : require(false);
    }
    return std::nullopt;
  }

 private:
  // Python's integers have no limit.
  bool FitsInteger(const ArgType& type, std::string_view number) const {
    if (language_ == FunctionLanguage::kPython) return IsIntegral(number);
    const std::optional<std::int64_t> value = IntegerOf(number);
    if (!value || type.precise_name == "Long") return value.has_value();
    return *value >= std::numeric_limits<std::int32_t>::min() &&
           *value <= std::numeric_limits<std::int32_t>::max();
  }

  std::optional<Misfit> CheckList(const ArgType& type, std::string_view list) const {
    JsonCursor cursor(list);
    for (std::size_t index = 0;; ++index) {
      const auto element = cursor.NextElement();
      if (!element) return std::nullopt;
      if (const auto misfit = Check(type.args.at(0), *element)) {
        return Inside(type, list, "[" + std::to_string(index) + "]", *misfit);
      }
    }
  }

  std::optional<Misfit> CheckMap(const ArgType& type, std::string_view map) const {
    JsonCursor cursor(map);
    while (const auto member = cursor.NextMember()) {
      if (const auto misfit = Check(type.args.at(0), member->value)) {
        return Inside(type, map, "." + Shown(member->key), *misfit);
      }
    }
    return std::nullopt;
  }

  std::optional<Misfit> CheckObject(const ArgType& type, std::string_view object) const {
    const Members members = JsonMembers(object);
    std::vector<std::string> errors;
    for (const auto& [name, field_type] : type.fields) {
      if (const auto misfit = Check(field_type, MemberOrNull(members, name))) {
        errors.push_back("Invalid field " + name + ":" + Describe(*misfit, name));
      }
    }
    if (errors.empty()) return std::nullopt;
    return Misfit{Incomplete(type.precise_name, Join(errors)), "", ""};
  }

  static Misfit Inside(const ArgType& outer, std::string_view value, const std::string& step,
                       const Misfit& inner) {
    return Misfit{WrongType(NameOf(outer), value), step + inner.path,
                  inner.path.empty() ? inner.text : inner.cause};
  }

  const FunctionLanguage language_;
};

}  // namespace

std::string NameOf(const ArgType& type) {
  const auto inner = [&] { return NameOf(type.args.at(0)); };
  switch (type.kind) {
    case Kind::kInt:
      return type.precise_name.empty() ? "Int" : type.precise_name;
    case Kind::kDouble:
      return type.precise_name.empty() ? "Double" : type.precise_name;
    case Kind::kBoolean:
      return "Boolean";
    case Kind::kString:
      return "String";
    case Kind::kAny:
      return "Any";
    case Kind::kList:
      return "List[" + inner() + "]";
    case Kind::kMap:
      return "Map[String, " + inner() + "]";
    case Kind::kOption:
      return "Option[" + inner() + "]";
    case Kind::kObject:
      break;
  }
  std::string fields;
  for (const auto& [name, field] : type.fields)
    fields += (fields.empty() ? "" : ",") + name + "=" + NameOf(field);
  return "Object {" + fields + "}";
}

std::string CheckArguments(const FunctionSchema& schema, const JsonText& arguments) {
  if (TypeOfJson(arguments.value) != JsonType::kObject) return WrongType("Object", arguments.value);
  const Members members = JsonMembers(arguments.value);
  const Checker checker(schema.language);
  std::vector<std::string> errors;
  // Fields of one class stand side by side; their errors are one.
  for (auto field = schema.arguments.begin(); field != schema.arguments.end();) {
    const std::string class_name = field->of_class;
    std::vector<std::string> own;
    do {
      const std::string error = checker.CheckField(*field, MemberOrNull(members, field->name));
      if (!error.empty()) own.push_back(error);
      ++field;
    } while (!class_name.empty() && field != schema.arguments.end() &&
             field->of_class == class_name);
    if (!own.empty()) errors.push_back(Incomplete(class_name, Join(own)));
  }
  return Join(errors);
}

}  // namespace mist
