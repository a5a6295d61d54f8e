// Configuration files as one neutral tree, whether they are written in YAML or in HOCON. Used by
// the master for its own file and by the command-line tool for its conf folders; the libraries
// behind it stay in this folder.
//
// Scalars are text, as written: whoever reads a key knows its type. Hostile files (huge, deeply
// nested, aliases that multiply) are refused with an Error instead of using up memory or stack.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mist {

struct ConfigEntry;

struct ConfigNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  std::string scalar;
  std::vector<ConfigNode> items;     // kList
  std::vector<ConfigEntry> entries;  // kMap: unique keys, in order of their lines
  std::string origin;                // "conf/mist.yaml:12", for messages

  bool IsMap() const { return kind == Kind::kMap; }
  bool IsScalar() const { return kind == Kind::kScalar; }

  // The member at a dotted path ("http.port"), also where keys themselves hold dots
  // ("spark.master"). nullptr when there is none.
  const ConfigNode* Find(std::string_view dotted_path) const;
};

struct ConfigEntry {
  std::string key;
  ConfigNode value;
};

enum class ConfigSyntax { kYaml, kHocon };

// By extension: .yaml and .yml are YAML, everything else (.conf, .hocon, .json) is HOCON.
ConfigSyntax SyntaxOf(std::string_view path);

// Values that a HOCON file may use as ${mist.work-directory}, besides its own and those of the
// environment.
using ConfigVariables = std::map<std::string, std::string>;

// Reads a file whose top level is a map (an empty file is an empty map). HOCON includes and
// substitutions are resolved. Throws Error: kInvalidConfig naming file, line and problem, or kIo.
ConfigNode ReadConfigFile(const std::string& path, ConfigSyntax syntax,
                          const ConfigVariables& variables = {});

// The same for text; `name` stands for the file in messages.
ConfigNode ParseYaml(const std::string& text, const std::string& name);
ConfigNode ParseHocon(const std::string& text, const std::string& name,
                      const ConfigVariables& variables = {});

// Scalars of a tree under dotted keys: {spark: {master: local}} becomes {"spark.master": "local"}.
// Lists are joined by commas; nulls are left out.
std::map<std::string, std::string> Flatten(const ConfigNode& node);

// Sets a scalar below a map, creating the maps on the way: how -Dmist.http.port=1 becomes part of a
// tree.
void SetScalar(ConfigNode& root, std::string_view dotted_path, std::string scalar,
               std::string origin);

}  // namespace mist
