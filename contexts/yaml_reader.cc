#include <set>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "contexts/config_readers.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// Aliases share nodes in memory but not in our tree: without a limit ten lines can stand for a
// billion values.
constexpr std::size_t kMaxNodes = 100000;

// Turns one document into a ConfigNode. Lives for one call of ParseYaml().
class YamlConverter {
 public:
  explicit YamlConverter(const std::string& name) : name_(name) {}

  ConfigNode Convert(const YAML::Node& node, std::size_t depth) {
    const std::string origin = Origin(node.Mark());
    if (depth > kMaxConfigDepth) throw Bad(origin, "nested too deeply");
    if (++nodes_ > kMaxNodes) throw Bad(origin, "more than 100000 values");
    ConfigNode converted;
    converted.origin = origin;
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        converted.kind = ConfigNode::Kind::kScalar;
        converted.scalar = node.Scalar();
        break;
      case YAML::NodeType::Sequence:
        converted.kind = ConfigNode::Kind::kList;
        for (const YAML::Node& item : node) converted.items.push_back(Convert(item, depth + 1));
        break;
      case YAML::NodeType::Map:
        ConvertMap(node, depth, converted);
        break;
    }
    return converted;
  }

  Error Bad(const std::string& origin, const std::string& problem) const {
    return Error(ErrorCode::kInvalidConfig, origin + ": " + problem);
  }

  std::string Origin(const YAML::Mark& mark) const {
    return mark.is_null() ? name_ : name_ + ":" + std::to_string(mark.line + 1);
  }

 private:
  void ConvertMap(const YAML::Node& node, std::size_t depth, ConfigNode& converted) {
    converted.kind = ConfigNode::Kind::kMap;
    std::set<std::string> keys;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar())
        throw Bad(Origin(entry.first.Mark()), "a key must be plain text");
      const std::string& key = entry.first.Scalar();
      if (!keys.insert(key).second)
        throw Bad(Origin(entry.first.Mark()), "key '" + key + "' is given twice");
      converted.entries.push_back({key, Convert(entry.second, depth + 1)});
    }
  }

  const std::string name_;
  std::size_t nodes_ = 0;
};

// A document without anything in it is no other one.
YAML::Node TheOnlyOne(const std::vector<YAML::Node>& documents, const YamlConverter& converter) {
  YAML::Node only;
  for (const YAML::Node& document : documents) {
    if (document.IsNull()) continue;
    if (!only.IsNull()) {
      throw converter.Bad(converter.Origin(document.Mark()),
                          "a second document begins behind '---'; a file holds only one: move it "
                          "to a file of its own");
    }
    only.reset(document);
  }
  return only;
}

}  // namespace

ConfigNode ParseYaml(const std::string& text, const std::string& name) {
  RefuseUnreadable(text, name);
  YamlConverter converter(name);
  ConfigNode root;
  try {
    root = converter.Convert(TheOnlyOne(YAML::LoadAll(WithoutByteOrderMark(text)), converter), 0);
  } catch (const YAML::Exception& e) {
    throw converter.Bad(converter.Origin(e.mark), e.msg);
  }
  if (root.kind == ConfigNode::Kind::kNull) root.kind = ConfigNode::Kind::kMap;
  if (!root.IsMap()) throw converter.Bad(root.origin, "the top level must be a map of keys");
  return root;
}

}  // namespace mist
