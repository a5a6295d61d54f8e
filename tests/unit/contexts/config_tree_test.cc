#include "contexts/config_tree.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

std::string Text(const ConfigNode& root, std::string_view path) {
  const ConfigNode* node = root.Find(path);
  return node == nullptr ? "(none)" : node->scalar;
}

template <typename Parse>
std::string ErrorOf(Parse parse) {
  try {
    (void)parse();
  } catch (const Error& e) {
    EXPECT_EQ(e.Code(), ErrorCode::kInvalidConfig);
    return e.what();
  }
  return "";
}

std::string YamlError(const std::string& text) {
  return ErrorOf([&] { return ParseYaml(text, "m.yaml"); });
}

std::string HoconError(const std::string& text) {
  return ErrorOf([&] { return ParseHocon(text, "m.conf"); });
}

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(ConfigTreeTest, ValuesAreTextAndKnowTheirLine) {
  const ConfigNode yaml = ParseYaml("mist:\n  http:\n    port: 2004\n    on: yes\n", "m.yaml");
  EXPECT_EQ(Text(yaml, "mist.http.port"), "2004");
  EXPECT_EQ(yaml.Find("mist.http.port")->origin, "m.yaml:3");
  const ConfigNode hocon =
      ParseHocon("mist {\n  http.port = 2004\n  time = 10 seconds\n  n = 1.50\n}\n", "m.conf");
  EXPECT_EQ(Text(hocon, "mist.http.port"), "2004");
  EXPECT_EQ(Text(hocon, "mist.time"), "10 seconds");
  EXPECT_EQ(Text(hocon, "mist.n"), "1.50");
  EXPECT_EQ(hocon.Find("mist.http.port")->origin, "m.conf:2");
}

TEST(ConfigTreeTest, EmptyFilesAreEmptyMaps) {
  EXPECT_TRUE(ParseYaml("", "m.yaml").IsMap());
  EXPECT_TRUE(ParseYaml("# only a comment\n", "m.yaml").IsMap());
  EXPECT_TRUE(ParseHocon("", "m.conf").IsMap());
}

TEST(ConfigTreeTest, KeysMayHoldDots) {
  const ConfigNode root = ParseHocon("a { \"b.c\" = 1, b.d = 2 }", "m.conf");
  EXPECT_EQ(Text(root, "a.b.c"), "1");
  EXPECT_EQ(Text(root, "a.b.d"), "2");
  EXPECT_EQ(root.Find("a.b.x"), nullptr);
}

TEST(ConfigTreeTest, FlatteningJoinsKeysAndDropsQuotes) {
  const ConfigNode root = ParseHocon(
      "spark { master = \"local[*]\", driver.memory = 1g, ui { enabled = true } }\n\"spark.x.y\" = "
      "5",
      "m.conf");
  EXPECT_EQ(Flatten(root), (std::map<std::string, std::string>{{"spark.master", "local[*]"},
                                                               {"spark.driver.memory", "1g"},
                                                               {"spark.ui.enabled", "true"},
                                                               {"spark.x.y", "5"}}));
}

TEST(ConfigTreeTest, HoconSubstitutionsSeeTheFileAndTheVariables) {
  const ConfigNode root =
      ParseHocon("mist { a = 1, b = ${mist.a}, c = ${mist.dir}/x, d = ${?NO_SUCH_VARIABLE} }",
                 "m.conf", {{"mist.dir", "/w \"\\ \u20ac"}});
  EXPECT_EQ(Text(root, "mist.b"), "1");
  EXPECT_EQ(Text(root, "mist.c"), "/w \"\\ \u20ac/x");
  EXPECT_EQ(root.Find("mist.d"), nullptr);
  EXPECT_EQ(root.Find("mist.dir"), nullptr);
}

TEST(ConfigTreeTest, HoconKeysMayReferToTheirEarlierValue) {
  setenv("MIST_TEST_PORT", "7", 1);
  const auto value = [](const std::string& text, std::string_view path) {
    return Text(ParseHocon(text, "m.conf", {{"mist.dir", "/w"}, {"d.x", "0"}, {"d.y", "1"}}), path);
  };
  EXPECT_EQ(value("a.b = 1\na.b = ${?MIST_TEST_PORT}", "a.b"), "7");
  EXPECT_EQ(value("a.b = 1\na.b = ${?NO_SUCH_VARIABLE}", "a.b"), "1");
  EXPECT_EQ(value("a = 1\na = ${MIST_TEST_PORT}", "a"), "7");
  EXPECT_EQ(value("a { b = 1, c = 2 }\na { b = ${?MIST_TEST_PORT} }", "a.b"), "7");
  EXPECT_EQ(value("x = a\nx = ${x}\" b\"", "x"), "a b");
  EXPECT_EQ(value("c.foo.n = 1\nc.bar = ${c.foo}\nc.bar.m = 5", "c.bar.n"), "1");
  EXPECT_EQ(value("mist.dir = ${mist.dir}/x", "mist.dir"), "/w/x");
  EXPECT_EQ(value("d = ${d} { y = 2 }", "d.y"), "2");
  EXPECT_EQ(value("a = \"\"\nb = ${a}\" x\"", "b"), " x");
  EXPECT_EQ(value("a = \"\"", "a"), "");
  unsetenv("MIST_TEST_PORT");
  const ConfigNode list = ParseHocon("a.b = [x]\na.b += \"c:3\"", "m.conf");
  EXPECT_EQ(Flatten(list).at("a.b"), "x,c:3");
}

TEST(ConfigTreeTest, HoconValuesKeepTheirPlaceBesideVariables) {
  const ConfigNode root = ParseHocon(
      "\nmist {\n  http {\n    port = 1\n    port = ${?NO_SUCH_VARIABLE}\n  }\n}\n"
      "e = ${mist.dir}\nf = ${mist.log}\n",
      "m.conf", {{"mist.http.host", "h"}, {"mist.dir", "/w"}, {"mist.log.x", "y"}});
  EXPECT_EQ(root.Find("mist.http.port")->origin, "m.conf:4");
  EXPECT_EQ(root.Find("mist.http")->origin, "m.conf:3");
  EXPECT_EQ(root.Find("mist")->origin, "m.conf:2");
  EXPECT_EQ(root.Find("e")->origin, "m.conf");
  EXPECT_EQ(Text(root, "e"), "/w");
  EXPECT_EQ(Text(root, "f.x"), "y");
  EXPECT_EQ(root.Find("mist.http.host"), nullptr);
  EXPECT_EQ(root.Find("mist.log"), nullptr);
}

TEST(ConfigTreeTest, HoconTakesEveryAlphabet) {
  const ConfigNode root = ParseHocon(
      "\"k\u00e9\" = \"a\u20ac\\\"\U0001f600\" # \"\u00e9\nb = \"\"\"\u00e9\"\"\"\nc = \u00e9 x",
      "m.conf");
  EXPECT_EQ(Text(root, "k\u00e9"), "a\u20ac\"\U0001f600");
  EXPECT_EQ(Text(root, "b"), "\u00e9");
  EXPECT_EQ(Text(root, "c"), "\u00e9 x");
}

TEST(ConfigTreeTest, HoconFilesIncludeTheirNeighbours) {
  const std::filesystem::path folder =
      testing::TempDir() + "/config_tree." + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "main.conf") << "include \"other.conf\"\na = 1\nc = \"\"\n";
  std::ofstream(folder / "other.conf") << "a = 0\nb = 2\n";
  const ConfigNode root = ReadConfigFile(folder / "main.conf", ConfigSyntax::kHocon);
  EXPECT_EQ(Text(root, "a"), "1");
  EXPECT_EQ(Text(root, "b"), "2");
  EXPECT_EQ(root.Find("a")->origin, folder / "main.conf:2");
  std::filesystem::remove_all(folder);
}

TEST(ConfigTreeTest, SyntaxGoesByExtension) {
  EXPECT_EQ(SyntaxOf("a/mist.yaml"), ConfigSyntax::kYaml);
  EXPECT_EQ(SyntaxOf("mist.yml"), ConfigSyntax::kYaml);
  EXPECT_EQ(SyntaxOf("default.conf"), ConfigSyntax::kHocon);
}

TEST(ConfigTreeTest, FilesThatCannotBeReadSayWhy) {
  try {
    (void)ReadConfigFile("/no/such/file.yaml", ConfigSyntax::kYaml);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.Code(), ErrorCode::kIo);
    EXPECT_STREQ(e.what(),
                 "opening the configuration file /no/such/file.yaml: No such file or directory");
  }
}

TEST(ConfigTreeTest, AFolderIsNoEmptyFile) {
  for (const ConfigSyntax syntax : {ConfigSyntax::kYaml, ConfigSyntax::kHocon}) {
    try {
      (void)ReadConfigFile("/tmp", syntax);
      FAIL();
    } catch (const Error& e) {
      EXPECT_EQ(e.Code(), ErrorCode::kIo);
      EXPECT_STREQ(e.what(),
                   "opening the configuration file /tmp: it is a folder; name the file in it");
    }
  }
}

TEST(ConfigTreeTest, SettingAScalarMakesTheMapsOnTheWay) {
  ConfigNode root = ParseYaml("mist:\n  http: 1\n", "m.yaml");
  SetScalar(root, "mist.http.port", "5", "MIST_OPTS");
  EXPECT_EQ(Text(root, "mist.http.port"), "5");
  EXPECT_EQ(root.Find("mist.http.port")->origin, "MIST_OPTS");
}

TEST(ConfigTreeTest, AByteOrderMarkIsNoPartOfTheFirstKey) {
  const std::string mark = "\xef\xbb\xbf";
  EXPECT_EQ(Text(ParseHocon(mark + "a = 1\nb = 2", "m.conf"), "a"), "1");
  EXPECT_EQ(Text(ParseYaml(mark + "a: 1\nb: 2", "m.yaml"), "a"), "1");
  const std::string path = testing::TempDir() + "/marked." + std::to_string(getpid()) + ".conf";
  std::ofstream(path) << mark + "# all that it includes\na = 1\n";
  EXPECT_EQ(Text(ReadConfigFile(path, ConfigSyntax::kHocon), "a"), "1");
  std::ofstream(path) << mark + "include \"other.conf\"\n";
  EXPECT_EQ(ErrorOf([&] { return ReadConfigFile(path, ConfigSyntax::kHocon); }),
            path +
                ":1: begins with a byte order mark, with which its includes are not found; save "
                "the file without the mark");
  std::filesystem::remove(path);
}

TEST(ConfigTreeTest, BrokenTextIsRefusedWithItsLine) {
  EXPECT_EQ(YamlError("a: 1\na: 2\n"), "m.yaml:2: key 'a' is given twice");
  EXPECT_EQ(YamlError("- 1\n"), "m.yaml:1: the top level must be a map of keys");
  EXPECT_TRUE(YamlError("a: [1\nb: 2").starts_with("m.yaml:2: "));
  EXPECT_TRUE(YamlError("[1]: 2").starts_with("m.yaml:1: "));
}

TEST(ConfigTreeTest, ASecondYamlDocumentIsRefused) {
  EXPECT_EQ(YamlError("a: 1\n---\nb: 2\n"),
            "m.yaml:3: a second document begins behind '---'; a file holds only one: move it to a "
            "file of its own");
  EXPECT_EQ(Text(ParseYaml("---\na: 1\n---\n# nothing\n", "m.yaml"), "a"), "1");
}

TEST(ConfigTreeTest, BrokenHoconIsRefusedWithItsLine) {
  const std::pair<const char*, int> broken[] = {
      {"a = {", 1},
      {"a = 1\nb {\n  c = 2\n}\nd {\n  e = 3\n", 5},  // nothing closes d
      {"a = 1\nb = [1\nc = 2\n", 3},                  // a '=' within the list
      {"a = 1\n\ndata = }\nb = 2\n", 3},
      {"x\ny = 1\n", 2},
      {"a = 1\nb = 2 = 3\nc = 4", 2},
      {"a = 1\nb { c = 2 }}\nc = 4\n", 2},
      {"a = 1\nb = @x\nc = 4\n", 2},
      {"a = 1\nb = \"\\q\"\nc = 4\n", 2},
      {"a = 1\nb = \"x\n y\"\n", 2},
      {"a = \"", 1},
      {"a = 1\nb = \"\"\"\nc = 4", 2},
      {"a = 1\nb = ${nothing}\n", 2},
      {"x = 1\na = ${b}\nb = ${a}", 2},
  };
  for (const auto& [text, line] : broken) {
    const std::string error = HoconError(text);
    EXPECT_TRUE(error.starts_with("m.conf:" + std::to_string(line) + ": ")) << text << "\n"
                                                                            << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    EXPECT_EQ(error.find(".properties"), std::string::npos) << error;
    EXPECT_EQ(error.find("subtitution"), std::string::npos) << error;
  }
}

TEST(ConfigTreeTest, KeysThatTheHoconLibraryCrashesOnAreRefused) {
  const std::string empty = "m.conf:2: a key has nothing before, after or between its dots";
  for (const char* key :
       {"b. = 2", ".b = 2", ". = 1", "b..c { d = 1 }", "b.. += 1", "b .. c : 1"}) {
    EXPECT_EQ(HoconError(std::string("a = 1\n") + key), empty) << key;
  }
  EXPECT_EQ(HoconError("a.${b} = 1"), "m.conf:1: a '$' in a key needs double quotes");
  EXPECT_EQ(Text(ParseHocon("a = ../x..y, b = [..], \"c..d\" = 1, e = ${a}.z", "m.conf"), "e"),
            "../x..y.z");
}

TEST(ConfigTreeTest, DeepTextIsRefused) {
  for (const std::string_view part : {"[", "{a: ", "- "})
    EXPECT_NE(YamlError("a: " + Repeat(part, 100000)), "") << part;
  EXPECT_EQ(YamlError("a: " + Repeat("[", 100) + Repeat("]", 100)), "m.yaml:1: nested too deeply");
  for (const std::string_view part : {"[", "{a=", "{"})
    EXPECT_EQ(HoconError("a=" + Repeat(part, 100000)), "m.conf:1: nested too deeply");
  EXPECT_EQ(HoconError("a" + Repeat(".a", 100000) + "=1"), "m.conf:1: nested too deeply");
}

TEST(ConfigTreeTest, AliasesCannotMultiplyOrCycle) {
  std::string bomb = "a: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "b" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + Repeat(alias + ",", 9) +
            alias + "]\n";
  }
  EXPECT_TRUE(YamlError(bomb).ends_with("more than 100000 values"));
  EXPECT_TRUE(YamlError("a: &x [*x]\n").ends_with("nested too deeply"));
}

TEST(ConfigTreeTest, HugeNulAndOtherEncodingsAreRefused) {
  EXPECT_EQ(YamlError("a: " + std::string(5 << 20, 'x')), "m.yaml: larger than the limit of 4 MiB");
  EXPECT_EQ(HoconError(std::string(5 << 20, '#')), "m.conf: larger than the limit of 4 MiB");
  EXPECT_EQ(YamlError(std::string("a: \0", 4)), "m.yaml: holds a NUL character at byte 3");
  EXPECT_EQ(HoconError(std::string("a=\0", 3)), "m.conf: holds a NUL character at byte 2");
  EXPECT_EQ(YamlError("a: \xff"), "m.yaml: not UTF-8 at byte 3");
  EXPECT_EQ(HoconError("a=\"\xff\""), "m.conf: not UTF-8 at byte 3");
}

}  // namespace
}  // namespace mist
