// conf/mist.yaml and docs/configuration.md say what the code does, key by key.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "contexts/config_tree.h"
#include "contexts/context_settings.h"
#include "master/config/config_keys.h"
#include "master/config/load_config.h"

namespace mist {
namespace {

const std::string kYamlPath = MIST_SOURCE_DIR "/conf/mist.yaml";

std::string Documentation() {
  std::ostringstream text;
  text << std::ifstream(MIST_SOURCE_DIR "/docs/configuration.md").rdbuf();
  return text.str();
}

bool HasRow(const std::string& documentation, const std::string& row) {
  return documentation.find("\n" + row + "\n") != std::string::npos;
}

std::string Or(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

TEST(ConfigDocumentsTest, DefaultFileHasTheEmbeddedDefaults) {
  const LoadedConfig file = LoadConfig({.file = kYamlPath});
  const LoadedConfig embedded = LoadConfig({});
  ASSERT_EQ(file.values.size(), embedded.values.size());
  for (std::size_t i = 0; i < file.values.size(); ++i) {
    EXPECT_EQ(file.values[i].key, embedded.values[i].key);
    EXPECT_EQ(file.values[i].value, embedded.values[i].value) << file.values[i].key;
  }
  EXPECT_TRUE(file.warnings.empty());
}

TEST(ConfigDocumentsTest, DefaultFileHasEveryKey) {
  const ConfigNode root = ReadConfigFile(kYamlPath, ConfigSyntax::kYaml);
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_NE(root.Find("mist." + std::string(key.name)), nullptr) << key.name;
  }
  for (const ContextSetting& setting : ContextSettings()) {
    EXPECT_NE(root.Find("mist.context-defaults." + std::string(setting.file_key)), nullptr)
        << setting.file_key;
  }
}

TEST(ConfigDocumentsTest, DocumentationHasExactlyTheRowsOfTheCode) {
  const std::string documentation = Documentation();
  MasterConfig defaults = DefaultConfig();
  for (const ConfigKey& key : ConfigKeys()) {
    const std::string value = Or(DescribeField(key.field(defaults)), "none");
    const std::string row =
        "| `" + std::string(key.name) + "` | " + value + " | " + std::string(key.meaning) + " |";
    EXPECT_TRUE(HasRow(documentation, row)) << row;
  }
  for (const ContextSetting& setting : ContextSettings()) {
    const std::string value =
        setting.file_key == "spark-conf"
            ? "`spark.master=local[*]`"
            : Or(DescribeSetting(defaults.context_defaults, setting), "empty");
    const std::string row = "| `" + std::string(setting.file_key) + "` | `" +
                            std::string(setting.json_key) + "` | " + value + " | " +
                            std::string(setting.meaning) + " |";
    EXPECT_TRUE(HasRow(documentation, row)) << row;
  }
  for (const ForeignKey& key : ForeignKeys()) {
    const std::string row = "| `" + std::string(key.name) + "` | " +
                            (key.refused ? "refused" : "warning") + " | " +
                            std::string(key.reason) + " |";
    EXPECT_TRUE(HasRow(documentation, row)) << row;
  }
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = documentation.find("\n| `", at)) != std::string::npos; ++at)
    ++rows;
  EXPECT_EQ(rows, ConfigKeys().size() + ContextSettings().size() + ForeignKeys().size());
}

}  // namespace
}  // namespace mist
