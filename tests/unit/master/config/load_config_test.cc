#include "master/config/load_config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

// A folder with one configuration file.
class LoadConfigTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  LoadedConfig Load(const std::string& file_name, const std::string& text,
                    const Variables& environment = {}) {
    const std::string path = folder_ + "/" + file_name;
    std::ofstream(path, std::ios::binary) << text;
    return LoadConfig({.file = path, .environment = environment});
  }

  LoadedConfig LoadYaml(const std::string& text, const Variables& environment = {}) {
    return Load("m.yaml", text, environment);
  }

  LoadedConfig LoadHocon(const std::string& text, const Variables& environment = {}) {
    return Load("m.conf", text, environment);
  }

  // The message, with the test's folder removed; empty when the file was taken.
  std::string ErrorOf(const std::string& file_name, const std::string& text,
                      const Variables& environment = {}) {
    try {
      (void)Load(file_name, text, environment);
    } catch (const Error& e) {
      EXPECT_EQ(e.Code(), ErrorCode::kInvalidConfig);
      return WithoutFolder(e.what());
    }
    return "";
  }

  std::string WithoutFolder(std::string text) const {
    const std::string prefix = folder_ + "/";
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;)
      text.erase(at, prefix.size());
    return text;
  }

  std::string Warnings(const LoadedConfig& loaded) const {
    std::string all;
    for (const std::string& warning : loaded.warnings) all += WithoutFolder(warning) + "\n";
    return all;
  }

  std::string OriginOf(const LoadedConfig& loaded, const std::string& key) const {
    for (const EffectiveValue& value : loaded.values) {
      if (value.key == key) return WithoutFolder(value.origin);
    }
    return "(no such key)";
  }

  const std::string folder_ = testing::TempDir() + "/load_config." + std::to_string(getpid()) +
                              "." + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(LoadConfigTest, DefaultsAreCompleteAndBindLoopbackOnly) {
  const MasterConfig config = LoadConfig({}).config;
  EXPECT_EQ(config.http.host, "127.0.0.1");
  EXPECT_EQ(config.http.public_host, "127.0.0.1");
  EXPECT_EQ(config.cluster_host, "127.0.0.1");
  EXPECT_EQ(config.http.port, 2004);
  EXPECT_EQ(config.database_file, "./data/mist.db");
  EXPECT_EQ(config.artifact_folder, "./data/artifacts");
  EXPECT_EQ(config.log_folder, "./logs");
  EXPECT_EQ(config.context_defaults.spark_conf.at("spark.master"), "local[*]");
  EXPECT_EQ(config.context_defaults.name.value, "default");
}

TEST_F(LoadConfigTest, TheEnvironmentNamesTheFolders) {
  const MasterConfig config = LoadConfig({.environment = {{"MIST_HOME", "/opt/mist"},
                                                          {"SPARK_HOME", "/spark"},
                                                          {"MIST_UI_DIR", "/ui"}}})
                                  .config;
  EXPECT_EQ(config.data_directory, "/opt/mist/data");
  EXPECT_EQ(config.spark_home, "/spark");
  EXPECT_EQ(config.http.ui, "/ui");
}

TEST_F(LoadConfigTest, TheVariableOfTheUiOverridesTheFile) {
  const LoadedConfig loaded = LoadYaml("http.ui: /file\n", {{"MIST_UI_DIR", "/variable"}});
  EXPECT_EQ(loaded.config.http.ui, "/variable");
  EXPECT_EQ(OriginOf(loaded, "http.ui"), "MIST_UI_DIR");
}

TEST_F(LoadConfigTest, SourcesOverrideEachOther) {
  const std::string file =
      "mist:\n  http:\n    port: 1\n    idle-timeout: 1s\n    max-body: 1m\n  python: p\n";
  const LoadedConfig loaded = LoadYaml(
      file, {{"MIST_OPTS", "-Xmx1g -Dmist.http.idle-timeout='2 s' -Dmist.http.max-body=2m"},
             {"MIST_HTTP_MAX_BODY", "3m"}});
  EXPECT_EQ(loaded.config.http.port, 1);
  EXPECT_EQ(loaded.config.http.idle_timeout, 2s);
  EXPECT_EQ(loaded.config.http.max_body, 3 << 20);
  EXPECT_EQ(OriginOf(loaded, "http.port"), "m.yaml:3");
  EXPECT_EQ(OriginOf(loaded, "http.idle-timeout"), "MIST_OPTS");
  EXPECT_EQ(OriginOf(loaded, "http.max-body"), "MIST_HTTP_MAX_BODY");
  EXPECT_EQ(OriginOf(loaded, "cluster.port"), "default");
}

TEST_F(LoadConfigTest, YamlMayLeaveOutTheTopLevel) {
  EXPECT_EQ(LoadYaml("http:\n  port: 7\n").config.http.port, 7);
  EXPECT_EQ(LoadYaml("http.port: 8\n").config.http.port, 8);
}

TEST_F(LoadConfigTest, ReadsAFileOfTheOriginal) {
  const LoadedConfig loaded = LoadHocon(R"(
mist {
  context-defaults {
    downtime = 1h
    streaming-duration = 500 ms
    spark-conf = { spark.master = "local[2]", spark.ui.enabled = false, "spark.driver.memory" = 1g }
  }
  context {
    "user.ctx" { worker-mode = shared, max-parallel-jobs = 3, downtime = Inf, precreated = true }
    plain { max-jobs = 2, max-parallel-jobs = 9, spark-conf { spark { master = yarn } } }
  }
  http { port = 2005, ui = ${mist.work-directory}/my-ui }
  workers { runner = local, runner-init-timeout = 60 seconds }
  kafka { on = false, host = "10.0.0.1" }
}
akka.http.server.parsing.max-content-length = 100m
)",
                                        {{"MIST_HOME", "/w"}});
  const MasterConfig& config = loaded.config;
  EXPECT_EQ(config.http.ui, "/w/my-ui");
  EXPECT_EQ(config.workers.runner_init_timeout, 60s);
  EXPECT_EQ(config.context_defaults.spark_conf, (Variables{{"spark.master", "local[2]"},
                                                           {"spark.ui.enabled", "false"},
                                                           {"spark.driver.memory", "1g"}}));
  ASSERT_EQ(config.contexts.size(), 2U);
  const ContextConfig& plain = config.contexts[0];
  EXPECT_EQ(plain.name.value, "plain");
  EXPECT_EQ(plain.max_jobs, 2);
  EXPECT_EQ(plain.streaming_duration, Timeout(500ms));
  EXPECT_EQ(plain.spark_conf.at("spark.master"), "yarn");
  EXPECT_EQ(plain.spark_conf.at("spark.driver.memory"), "1g");
  const ContextConfig& dotted = config.contexts[1];
  EXPECT_EQ(dotted.name.value, "user.ctx");
  EXPECT_EQ(dotted.max_jobs, 3);
  EXPECT_EQ(dotted.downtime, Timeout());
  EXPECT_EQ(dotted.worker_mode, WorkerMode::kShared);
  EXPECT_TRUE(dotted.precreated);
  EXPECT_EQ(Warnings(loaded),
            "m.conf:16: akka.http.server.parsing.max-content-length has no effect: there is no "
            "Akka inside; see "
            "`http.max-upload`, `http.request-timeout`\n");
  EXPECT_FALSE(config.kafka.on);
  EXPECT_EQ(config.kafka.host, "10.0.0.1");
}

TEST_F(LoadConfigTest, SubstitutionsSeeDefaultsThatNoFileSays) {
  const MasterConfig config = LoadHocon(R"(mist {
    networking.host = "127.0.0.2"
    cluster { port = ${mist.http.port}1, host = ${mist.http.host} }
    context-defaults.max-jobs = 3
    context.c = ${mist.context-defaults} { run-options = ${mist.workers.runner} }
  })",
                                        {{"MIST_OPTS", "-Dmist.http.port=200"}})
                                  .config;
  EXPECT_EQ(config.cluster_port, 2001);
  EXPECT_EQ(config.cluster_host, "127.0.0.2");
  ASSERT_EQ(config.contexts.size(), 1U);
  EXPECT_EQ(config.contexts[0].run_options, "local");
  EXPECT_EQ(config.contexts[0].max_jobs, 3);
  EXPECT_EQ(config.contexts[0].downtime, Timeout(1h));
  EXPECT_NE(ErrorOf("m.conf", "a = 1\nmist.http.ui = ${mist.data-directory}/ui").find("m.conf:2"),
            std::string::npos);
}

TEST_F(LoadConfigTest, KeysBuildOnTheirDefault) {
  const LoadedConfig loaded = LoadHocon(R"(mist {
    http.port = 2005
    http.port = ${?NO_SUCH_VARIABLE}
    kafka.brokers += "c:3"
    context-defaults.run-options = ${mist.context-defaults.run-options}"--x"
    context.foo.max-jobs = 3
    context.bar = ${mist.context.foo}
    context.bar.run-options = y
  })");
  EXPECT_EQ(loaded.config.http.port, 2005);
  EXPECT_EQ(OriginOf(loaded, "http.port"), "m.conf:2");
  EXPECT_EQ(loaded.config.kafka.brokers, std::vector<std::string>{"c:3"});
  EXPECT_EQ(loaded.config.context_defaults.run_options, "--x");
  EXPECT_EQ(OriginOf(loaded, "context-defaults.run-options"), "m.conf:5");
  EXPECT_EQ(OriginOf(loaded, "context-defaults.max-jobs"), "default");
  ASSERT_EQ(loaded.config.contexts.size(), 2U);
  EXPECT_EQ(loaded.config.contexts[0].max_jobs, 3);
  EXPECT_EQ(loaded.config.contexts[0].run_options, "y");
  EXPECT_EQ(Warnings(loaded), "");
}

TEST_F(LoadConfigTest, OptionsReachContexts) {
  const MasterConfig config =
      LoadConfig({.environment = {{"MIST_OPTS",
                                   "-Dmist.context-defaults.spark-conf.spark.master=local[1] "
                                   "-Dmist.context.c1.max-jobs=4"},
                                  {"MIST_CONTEXT_DEFAULTS_DOWNTIME", "5 minutes"}}})
          .config;
  EXPECT_EQ(config.context_defaults.spark_conf.at("spark.master"), "local[1]");
  EXPECT_EQ(config.context_defaults.downtime, Timeout(5min));
  ASSERT_EQ(config.contexts.size(), 1U);
  EXPECT_EQ(config.contexts[0].max_jobs, 4);
  EXPECT_EQ(config.contexts[0].downtime, Timeout(5min));
}

TEST_F(LoadConfigTest, ListsComeFromFilesAndVariables) {
  const std::vector<std::string> origins = {"https://a", "https://b"};
  EXPECT_EQ(LoadYaml("http:\n  cors-origins: [https://a, https://b]\n").config.http.cors_origins,
            origins);
  EXPECT_EQ(
      LoadHocon("mist.http.cors-origins = [\"https://a\", \"https://b\"]").config.http.cors_origins,
      origins);
  EXPECT_EQ(
      LoadYaml("", {{"MIST_HTTP_CORS_ORIGINS", "https://a, https://b"}}).config.http.cors_origins,
      origins);
  EXPECT_TRUE(LoadYaml("http:\n  cors-origins: []\n").config.http.cors_origins.empty());
}

TEST_F(LoadConfigTest, UnknownKeysAreWarningsWithTheirPlace) {
  const LoadedConfig loaded =
      LoadYaml("mist:\n  http:\n    prot: 1\n  context:\n    c:\n      max-job: 2\nother: 1\n",
               {{"MIST_HTTP_PROT", "1"}, {"MIST_WORKER_X", "1"}});
  EXPECT_EQ(Warnings(loaded),
            "m.yaml:7: unknown key 'other'\n"
            "MIST_HTTP_PROT: no key has this environment variable\n"
            "m.yaml:3: unknown key 'http.prot'\n"
            "m.yaml:6: unknown setting 'max-job' of a context\n");
}

TEST_F(LoadConfigTest, OwnKeysBesideMistAreWarningsAndForeignOnesAreNot) {
  const std::string tail = "' stands beside 'mist' and is not read: move it below mist\n";
  const LoadedConfig yaml = LoadYaml(
      "mist: {log-level: debug}\nhttp: {port: 7}\ncontext:\n  c: {max-jobs: 2}\nmist.python: p\n"
      "http.ui: /u\n");
  EXPECT_EQ(Warnings(yaml), "m.yaml:2: 'http" + tail + "m.yaml:4: 'context" + tail +
                                "m.yaml:5: 'mist.python" + tail + "m.yaml:6: 'http.ui" + tail);
  EXPECT_EQ(yaml.config.http.port, 2004);
  EXPECT_EQ(Warnings(LoadHocon("mist.python = p\nhttp.port = 7\n")), "m.conf:2: 'http" + tail);
  EXPECT_EQ(Warnings(LoadHocon("http.port = 7\n")), "m.conf:1: 'http" + tail);
  EXPECT_EQ(Warnings(LoadHocon("mist.python = p\nhydrosphere { x = 1 }\n")),
            "m.conf:2: unknown key 'hydrosphere.x'\n");
}

TEST_F(LoadConfigTest, AllProblemsAreReportedAtOnce) {
  EXPECT_EQ(
      ErrorOf("m.yaml",
              "http:\n  port: 70000\n  insecure: maybe\nlog-level: [loud]\nworkers:\n  lease: Inf\n"
              "jobs:\n  max-queued: 0\n  max-result: lots\nkafka:\n  port: x\ncontext:\n  "
              "default:\n    max-jobs: 0\n"),
      "the configuration cannot be used:\n"
      "  m.yaml:4: log-level must be debug, info, warn or error, got 'loud'\n"
      "  m.yaml:2: http.port must be a port from 0 to 65535, got '70000'\n"
      "  m.yaml:3: http.insecure must be true or false, got 'maybe'\n"
      "  m.yaml:6: workers.lease must be a finite duration such as '10 seconds', got 'Inf'\n"
      "  m.yaml:8: jobs.max-queued must be a number from 1 to 2147483647, got '0'\n"
      "  m.yaml:9: jobs.max-result must be a size such as '64 MiB', at most 1 TiB, got 'lots'\n"
      "  m.yaml:11: kafka.port must be a port from 0 to 65535, got 'x'\n"
      "  m.yaml:14: the context 'default' is set up by context-defaults\n"
      "  m.yaml:14: max-jobs must be a number from 1 to 2147483647, got '0'");
}

TEST_F(LoadConfigTest, MapsOfKeysAreMaps) {
  const std::string head = "the configuration cannot be used:\n  ";
  const std::string map = "' must be a map of keys, got ";
  EXPECT_EQ(ErrorOf("m.yaml", "\nmist: 7\n"), head + "m.yaml:2: 'mist" + map + "'7'");
  EXPECT_EQ(ErrorOf("m.conf", "mist = [1]\n"), head + "m.conf:1: 'mist" + map + "a list");
  EXPECT_EQ(ErrorOf("m.yaml", "context: [a]\n"), head + "m.yaml:1: 'context" + map + "a list");
  EXPECT_EQ(ErrorOf("m.yaml", "http: [1, 2]\n"), head + "m.yaml:1: 'http" + map + "a list");
  EXPECT_EQ(ErrorOf("m.conf", "\nmist.http = 7\n"), head + "m.conf:2: 'http" + map + "'7'");
  EXPECT_EQ(ErrorOf("m.yaml", "mist: {workers: {docker: x}}\n"),
            head + "m.yaml:1: 'workers.docker" + map + "'x'");
  EXPECT_EQ(ErrorOf("m.yaml", "context-defaults: 7\n"),
            head + "m.yaml:1: a context must be a map of settings");
  EXPECT_EQ(ErrorOf("m.yaml", "mist:\n"), "");
  EXPECT_EQ(ErrorOf("m.yaml", "http:\ncontext:\n"), "");
}

TEST_F(LoadConfigTest, AKeyIsGivenOnceHoweverItIsWritten) {
  EXPECT_EQ(ErrorOf("m.yaml", "http: {port: 7}\nhttp.host: localhost\nhttp.port: 8\n"),
            "the configuration cannot be used:\n"
            "  m.yaml:3: http.port is given twice, before at m.yaml:1");
  EXPECT_EQ(ErrorOf("m.yaml", "http: {port: 7}\nhttp.host: localhost\n"), "");
  EXPECT_EQ(LoadHocon("mist.http.port = 7\nmist { http { port = 8 } }").config.http.port, 8);
}

TEST_F(LoadConfigTest, WhatWouldChangeBehaviourIsRefused) {
  EXPECT_NE(ErrorOf("m.yaml", "db.jdbcUrl: jdbc:postgresql://db/mist"), "");
  EXPECT_EQ(
      ErrorOf("m.yaml",
              "mqtt.on: off\nsecurity.enabled: false\nworkers.runner: local\nworkers.cmd: ''\n"),
      "");
}

TEST_F(LoadConfigTest, KafkaTakesListsAndMaps) {
  const LoadedConfig loaded = LoadYaml(
      "kafka:\n  on: true\n  brokers: [a:1, b:2]\n  subscribe-topic: in,in.2\n  bindings:\n"
      "    orders.new: f\n  properties:\n    sasl.username: mist\n    sasl.password: p,w\n",
      {{"MIST_KAFKA_BINDINGS", "x=g, y=h"}, {"MIST_KAFKA_PROPERTIES", "client.id=me"}});
  const KafkaConfig& kafka = loaded.config.kafka;
  EXPECT_EQ(kafka.brokers, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ(kafka.subscribe_topics, (std::vector<std::string>{"in", "in.2"}));
  ASSERT_EQ(kafka.bindings.size(), 3U);
  EXPECT_EQ(kafka.bindings.at("orders.new").value, "f");
  EXPECT_EQ(WithoutFolder(kafka.bindings.at("orders.new").origin), "m.yaml:6");
  EXPECT_EQ(kafka.bindings.at("y").value, "h");
  EXPECT_EQ(kafka.bindings.at("y").origin, "MIST_KAFKA_BINDINGS");
  EXPECT_EQ(kafka.properties.at("sasl.password").value, "p,w");
  const std::string shown = WithoutFolder(DescribeConfig(loaded));
  EXPECT_NE(shown.find("mist.kafka.properties.sasl.username = mist    # m.yaml:8"),
            std::string::npos);
  EXPECT_NE(shown.find("mist.kafka.properties.sasl.password = ******"), std::string::npos);
  EXPECT_NE(shown.find("mist.kafka.properties.client.id = me    # MIST_KAFKA_PROPERTIES"),
            std::string::npos);
}

TEST_F(LoadConfigTest, KafkaWantsBrokersTopicsAndFunctionsWithGoodNames) {
  EXPECT_EQ(ErrorOf("m.yaml",
                    "kafka:\n  brokers: [broker]\n  subscribe-topic: ^in.*\n  publish-topic: a b\n"
                    "  dead-letter-topic: ..\n  bindings:\n    t: a/b\n"),
            "the configuration cannot be used:\n"
            "  m.yaml:2: kafka.brokers must be host:port, got 'broker'\n"
            "  m.yaml:3: kafka.subscribe-topic: Kafka has no topic of the name '^in.*'\n"
            "  m.yaml:4: kafka.publish-topic: Kafka has no topic of the name 'a b'\n"
            "  m.yaml:5: kafka.dead-letter-topic: Kafka has no topic of the name '..'\n"
            "  m.yaml:7: kafka.bindings: the function 'a/b' of t: the name holds a '/'");
  EXPECT_EQ(ErrorOf("m.yaml", "kafka.bindings: topic"),
            "the configuration cannot be used:\n"
            "  m.yaml:1: kafka.bindings must be name=value, separated by commas, got 'topic'");
}

TEST_F(LoadConfigTest, ReadsMqttAsMist11WritesIt) {
  const MqttConfig mqtt = LoadHocon(R"(mist.mqtt {
    on = true, host = "10.0.0.3", port = 1884, publish-topic = "out", subscribe-topic = "in"
  })")
                              .config.mqtt;
  EXPECT_TRUE(mqtt.on);
  EXPECT_EQ(mqtt.uri, "tcp://10.0.0.3:1884");
  EXPECT_EQ(mqtt.publish_topics, std::vector<std::string>{"out"});
  EXPECT_EQ(mqtt.subscribe_topics, std::vector<std::string>{"in"});
}

TEST_F(LoadConfigTest, BindingsOfMqttAreAMapOrAText) {
  const NamedValues map = LoadYaml("mqtt: {bindings: {a/+/b.c: f, d: g}}").config.mqtt.bindings;
  EXPECT_EQ(map.at("a/+/b.c").value, "f");
  EXPECT_EQ(map.at("d").origin.substr(map.at("d").origin.rfind('/')), "/m.yaml:1");
  const NamedValues text =
      LoadYaml("", {{"MIST_MQTT_BINDINGS", "a/+/b.c=f, d=g"}}).config.mqtt.bindings;
  EXPECT_EQ(text.at("a/+/b.c").value, "f");
  EXPECT_EQ(text.at("d").origin, "MIST_MQTT_BINDINGS");
}

TEST_F(LoadConfigTest, TlsOfMqttFollowsFromItsFiles) {
  EXPECT_EQ(LoadYaml("mqtt: {port: 8883, tls: {ca: /ca}}").config.mqtt.uri, "ssl://localhost:8883");
  EXPECT_EQ(LoadYaml("mqtt.host: '::1'").config.mqtt.uri, "tcp://[::1]:1883");
  EXPECT_EQ(LoadYaml("mqtt.uri: ssl://b:1\n").config.mqtt.uri, "ssl://b:1");
}

TEST_F(LoadConfigTest, WrongValuesOfMqttAreRefused) {
  EXPECT_EQ(ErrorOf("m.yaml",
                    "mqtt:\n  uri: http://b\n  password: hush\n  tls.key: /key\n  on: true\n"
                    "  subscribe-topic: a/#/b, c/+, c/d\n  publish-topic: c/e, +\n"),
            "the configuration cannot be used:\n"
            "  m.yaml:2: mqtt.uri must be tcp://host:port or ssl://host:port, with the login in "
            "mqtt.username and mqtt.password\n"
            "  m.yaml:4: mqtt.tls.certificate and mqtt.tls.key need each other\n"
            "  m.yaml:3: mqtt.password needs mqtt.username\n"
            "  m.yaml:6: mqtt.subscribe-topic: 'a/#/b' is no topic: '#' is not at its end\n"
            "  m.yaml:6: mqtt.subscribe-topic: 'c/d' and 'c/+' match the same topics: their "
            "messages might start two jobs\n"
            "  m.yaml:7: mqtt.publish-topic: events on 'c/e' would be read as requests\n"
            "  m.yaml:7: mqtt.publish-topic: '+' is no topic: it holds a wildcard");
  EXPECT_NE(ErrorOf("m.yaml", "mqtt: {on: true, bindings: {a: 'no/name'}}")
                .find("mqtt.bindings: the function"),
            std::string::npos);
  EXPECT_NE(ErrorOf("m.yaml", "mqtt: {on: true, port: 0}"), "");
  EXPECT_NE(
      ErrorOf("m.yaml", "mqtt: {on: true, uri: 'tcp://me:hush@b:1'}").find("mqtt.uri must be"),
      std::string::npos);
}

TEST_F(LoadConfigTest, ARunnerNeedsWhatItStartsWorkersWith) {
  EXPECT_EQ(ErrorOf("m.yaml", "workers.runner: manual"),
            "the configuration cannot be used:\n"
            "  m.yaml:1: workers.runner: manual needs workers.manual.startCmd");
  EXPECT_EQ(ErrorOf("m.yaml", "workers.runner: docker"),
            "the configuration cannot be used:\n"
            "  m.yaml:1: workers.runner: docker needs workers.docker.image");
  EXPECT_NE(
      ErrorOf("m.yaml", "workers: {runner: docker, docker: {image: i, network-type: auto-master}}")
          .find("needs workers.docker.auto-master-network.container-id"),
      std::string::npos);
  EXPECT_NE(ErrorOf("m.yaml", "workers.runner: yarn")
                .find("workers.runner must be local, manual or docker, got 'yarn'"),
            std::string::npos);
  EXPECT_EQ(ErrorOf("m.yaml", "security.enabled: true"),
            "the configuration cannot be used:\n"
            "  m.yaml:1: security.enabled needs security.keytab and security.principal");
}

TEST_F(LoadConfigTest, ReadsTheRunnersAsMist11WritesThem) {
  const WorkersConfig workers = LoadHocon(R"(mist.workers {
    runner = "manual"
    cmd = ""
    cmdStop = ""
    runner-init-timeout = Inf
    docker { host = "tcp://docker:2375", image = "mist:2", network-type = "auto-master"
             auto-master-network.container-id = "abc" }
    manual { startCmd = "start.sh 'a b'", stopCmd = null, async = false }
  })")
                                    .config.workers;
  EXPECT_EQ(workers.runner, RunnerKind::kManual);
  EXPECT_EQ(workers.manual.start_command, "start.sh 'a b'");
  EXPECT_EQ(workers.manual.stop_command, "");
  EXPECT_FALSE(workers.manual.async);
  EXPECT_EQ(workers.docker.host, "tcp://docker:2375");
  EXPECT_EQ(workers.docker.master_container, "abc");
  EXPECT_GT(workers.runner_init_timeout, std::chrono::hours(24 * 365));
}

TEST_F(LoadConfigTest, TheOldNameOfTheStartCommandWins) {
  const ManualWorkersConfig manual = LoadYaml(
                                         "workers: {runner: manual, cmd: old, cmdStop: older,"
                                         " manual: {startCmd: new, stopCmd: newer, async: false}}")
                                         .config.workers.manual;
  EXPECT_EQ(manual.start_command, "old");
  EXPECT_EQ(manual.stop_command, "older");
  EXPECT_TRUE(manual.async);
}

TEST_F(LoadConfigTest, WarnsOfContainersThatCannotReachTheMaster) {
  const std::string docker = "workers: {runner: docker, docker: {image: i, network-type: ";
  EXPECT_NE(Warnings(LoadYaml(docker + "bridge}}")).find("cluster.public-host"), std::string::npos);
  EXPECT_EQ(Warnings(LoadYaml(docker + "host}}")), "");
}

TEST_F(LoadConfigTest, ADottedContextKeyOfYamlIsRefusedAndNotOverlooked) {
  EXPECT_EQ(ErrorOf("m.yaml", "context.small.max-jobs: 2\n"),
            "the configuration cannot be used:\n"
            "  m.yaml:1: 'context.small.max-jobs' must be written as maps below 'context' or "
            "'context-defaults'");
}

TEST_F(LoadConfigTest, TheLastOfRepeatedOptionsCounts) {
  const LoadedConfig loaded = LoadYaml(
      "",
      {{"MIST_OPTS",
        "-Dmist.http.port=1 -Dmist.workers.manual.startCmd=\"start me.sh\" -Dmist.http.port=2"}});
  EXPECT_EQ(loaded.config.http.port, 2);
  EXPECT_EQ(loaded.config.workers.manual.start_command, "start me.sh");
}

TEST_F(LoadConfigTest, AddressesBeyondLoopbackMustBeAskedForAloud) {
  EXPECT_TRUE(
      ErrorOf("m.yaml", "networking.host: 0.0.0.0")
          .starts_with("the configuration cannot be used:\n  m.yaml:1: binding HTTP to 0.0.0.0 "));
  EXPECT_TRUE(
      ErrorOf("m.yaml", "", {{"MIST_HTTP_HOST", "10.0.0.1"}}).find("MIST_HTTP_HOST: binding") !=
      std::string::npos);
  const LoadedConfig loaded = LoadYaml("networking.host: 0.0.0.0\nhttp.insecure: true\n");
  EXPECT_EQ(loaded.config.http.host, "0.0.0.0");
  EXPECT_NE(loaded.config.cluster_public_host, "0.0.0.0");
  EXPECT_EQ(ErrorOf("m.yaml", "cluster.host: 10.0.0.1"), "");
}

TEST_F(LoadConfigTest, ImpossibleCombinationsAreRefused) {
  EXPECT_NE(ErrorOf("m.yaml", "workers.lease: 30s\nworkers.poll: 20s\n"), "");
  EXPECT_NE(ErrorOf("m.yaml", "http.port: 2551\n"), "");
  EXPECT_NE(ErrorOf("m.yaml", "workers.start-backoff: 1 minute\n"), "");
  EXPECT_EQ(ErrorOf("m.yaml", "http.port: 0\ncluster.port: 0\n"), "");
}

TEST_F(LoadConfigTest, AMapIsNoValue) {
  EXPECT_EQ(
      ErrorOf("m.yaml", "http:\n  port:\n    a: 1\n"),
      "the configuration cannot be used:\n  m.yaml:3: http.port must be a value, got 'a map'");
}

TEST_F(LoadConfigTest, ContextNamesAreNeverPaths) {
  EXPECT_NE(ErrorOf("m.yaml", "context:\n  ../x:\n    max-jobs: 1\n").find("the name holds a '/'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("m.yaml", "context:\n  c: 5\n").find("a context must be a map of settings"),
            std::string::npos);
}

TEST_F(LoadConfigTest, AFileThatNobodyNamedMayBeMissing) {
  const std::string missing = folder_ + "/none.yaml";
  EXPECT_NO_THROW((void)LoadConfig({.file = missing, .file_may_be_missing = true}));
  EXPECT_THROW((void)LoadConfig({.file = missing}), Error);
}

TEST_F(LoadConfigTest, HostileFilesAreRefused) {
  EXPECT_NE(ErrorOf("m.yaml", std::string(100000, '[')), "");
  EXPECT_NE(ErrorOf("m.conf", std::string(100000, '{')), "");
  EXPECT_NE(ErrorOf("m.yaml", std::string("a: \0", 4)), "");
  EXPECT_NE(ErrorOf("m.conf", "a = \"\xff\""), "");
  EXPECT_NE(ErrorOf("m.yaml", std::string(5 << 20, ' ')), "");
}

TEST_F(LoadConfigTest, HostileVariablesAreRefusedOrHarmless) {
  const std::string dots = "-Dmist." + std::string(2000, '.') + "=1 -Dmist.=2 -D= '-Dmist.a";
  EXPECT_NO_THROW((void)LoadYaml("", {{"MIST_OPTS", dots}, {"MIST_", "x"}}));
  EXPECT_NE(ErrorOf("m.yaml", "", {{"MIST_HTTP_PORT", std::string(100000, '9')}}), "");
  EXPECT_NE(ErrorOf("m.yaml", "", {{"MIST_HTTP_MAX_BODY", "9223372036854775807g"}}), "");
}

TEST_F(LoadConfigTest, DescriptionMasksSecrets) {
  const LoadedConfig loaded = LoadYaml(
      "context-defaults:\n  spark-conf:\n    spark.ssl.keyPassword: hush\n    "
      "spark.hadoop.fs.s3a.access.key: hush\n"
      "  run-options: --conf spark.x.secret=hush\nmqtt: {username: me, password: hush}\nhttp:\n  "
      "port: 99\nnew: 1\n");
  const std::string text = WithoutFolder(DescribeConfig(loaded));
  EXPECT_EQ(text.find("hush"), std::string::npos) << text;
  EXPECT_NE(text.find("mist.http.port = 99    # m.yaml:8\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find("mist.context-defaults.spark-conf.spark.ssl.keyPassword = ******    # m.yaml:3\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("mist.cluster.port = 2551    # default\n"), std::string::npos);
  EXPECT_NE(text.find("warning: m.yaml:9: unknown key 'new'\n"), std::string::npos);
}

}  // namespace
}  // namespace mist
