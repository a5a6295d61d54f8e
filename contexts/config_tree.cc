#include "contexts/config_tree.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/error.h"
#include "contexts/config_readers.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

constexpr std::size_t kMaxFileBytes = 4 << 20;

std::string ReadText(const std::string& path) {
  if (std::error_code error; std::filesystem::is_directory(path, error)) {
    throw Error(ErrorCode::kIo,
                "opening the configuration file " + path + ": it is a folder; name the file in it");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw SystemError(errno, "opening the configuration file " + path);
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad() || (text.fail() && file.peek() != std::ifstream::traits_type::eof())) {
    throw Error(ErrorCode::kIo, "cannot read the configuration file " + path);
  }
  return text.str();
}

void FlattenInto(const ConfigNode& node, const std::string& prefix,
                 std::map<std::string, std::string>& flat) {
  switch (node.kind) {
    case ConfigNode::Kind::kNull:
      return;
    case ConfigNode::Kind::kScalar:
      flat[prefix] = node.scalar;
      return;
    case ConfigNode::Kind::kMap:
      for (const auto& [key, child] : node.entries) {
        FlattenInto(child, prefix.empty() ? key : prefix + "." + key, flat);
      }
      return;
    case ConfigNode::Kind::kList: {
      std::string joined;
      for (const ConfigNode& item : node.items) joined += (joined.empty() ? "" : ",") + item.scalar;
      flat[prefix] = joined;
      return;
    }
  }
}

}  // namespace

const ConfigNode* ConfigNode::Find(std::string_view dotted_path) const {
  for (const auto& [key, child] : entries) {
    if (key == dotted_path) return &child;
    if (!dotted_path.starts_with(key) || dotted_path[key.size()] != '.') continue;
    if (const ConfigNode* found = child.Find(dotted_path.substr(key.size() + 1))) return found;
  }
  return nullptr;
}

ConfigSyntax SyntaxOf(std::string_view path) {
  const bool yaml = path.ends_with(".yaml") || path.ends_with(".yml");
  return yaml ? ConfigSyntax::kYaml : ConfigSyntax::kHocon;
}

ConfigNode ReadConfigFile(const std::string& path, ConfigSyntax syntax,
                          const ConfigVariables& variables) {
  const std::string text = ReadText(path);
  RefuseUnreadable(text, path);
  return syntax == ConfigSyntax::kYaml ? ParseYaml(text, path)
                                       : ParseHoconFile(path, text, variables);
}

void RefuseUnreadable(std::string_view text, const std::string& name) {
  if (text.size() > kMaxFileBytes) {
    throw Error(ErrorCode::kInvalidConfig, name + ": larger than the limit of 4 MiB");
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    throw Error(ErrorCode::kInvalidConfig,
                name + ": holds a NUL character at byte " + std::to_string(nul));
  }
  if (const auto invalid = FindInvalidUtf8(text)) {
    throw Error(ErrorCode::kInvalidConfig,
                name + ": not UTF-8 at byte " + std::to_string(*invalid));
  }
}

std::map<std::string, std::string> Flatten(const ConfigNode& node) {
  std::map<std::string, std::string> flat;
  FlattenInto(node, "", flat);
  return flat;
}

void SetScalar(ConfigNode& root, std::string_view dotted_path, std::string scalar,
               std::string origin) {
  ConfigNode* node = &root;
  while (true) {
    if (!node->IsMap()) *node = ConfigNode{ConfigNode::Kind::kMap, {}, {}, {}, origin};
    const std::size_t dot = dotted_path.find('.');
    const std::string_view key = dotted_path.substr(0, dot);
    auto entry = node->entries.begin();
    while (entry != node->entries.end() && entry->key != key) ++entry;
    if (entry == node->entries.end()) {
      entry = node->entries.insert(entry, {std::string(key), ConfigNode()});
    }
    node = &entry->value;
    if (dot == std::string_view::npos) break;
    dotted_path.remove_prefix(dot + 1);
  }
  *node = ConfigNode{ConfigNode::Kind::kScalar, std::move(scalar), {}, {}, std::move(origin)};
}

}  // namespace mist
