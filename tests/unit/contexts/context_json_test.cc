#include "contexts/context_json.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

using namespace std::chrono_literals;

constexpr char kMalformed[] = "The request content was malformed:\n";

constexpr char kFull[] =
    R"({"name":"c1","sparkConf":{"spark.master":"local[2]"},"downtime":"60s","maxJobs":3,"precreated":true,)"
    R"("runOptions":"--verbose","workerMode":"shared","streamingDuration":"2s","maxConnFailures":7})";

std::string ErrorOf(const std::variant<ContextConfig, BadBody>& result) {
  const auto* bad = std::get_if<BadBody>(&result);
  return bad == nullptr ? "" : bad->text;
}

std::string CreateError(std::string_view body) {
  return ErrorOf(ParseContextCreate(body, {}));
}

TEST(ContextJsonTest, CreateTakesWhatIsMissingFromTheDefaults) {
  ContextConfig defaults;
  defaults.spark_conf = {{"spark.master", "local[*]"}};
  defaults.downtime = 5min;
  defaults.max_jobs = 9;
  const auto context =
      std::get<ContextConfig>(ParseContextCreate(R"({"name":"x","maxJobs":null})", defaults));
  ContextConfig expected = defaults;
  expected.name = {"x"};
  EXPECT_EQ(context, expected);
}

TEST(ContextJsonTest, CreateReplacesSparkConfAsAWhole) {
  ContextConfig defaults;
  defaults.spark_conf = {{"spark.master", "local[*]"}};
  const auto context =
      std::get<ContextConfig>(ParseContextCreate(R"({"name":"x","sparkConf":{}})", defaults));
  EXPECT_TRUE(context.spark_conf.empty());
}

TEST(ContextJsonTest, CreateTakesEverySetting) {
  const auto context = std::get<ContextConfig>(ParseContextCreate(kFull, {}));
  EXPECT_EQ(context.name.value, "c1");
  EXPECT_EQ(context.spark_conf.at("spark.master"), "local[2]");
  EXPECT_EQ(context.downtime, Timeout(60s));
  EXPECT_EQ(context.max_jobs, 3);
  EXPECT_TRUE(context.precreated);
  EXPECT_EQ(context.run_options, "--verbose");
  EXPECT_EQ(context.worker_mode, WorkerMode::kShared);
  EXPECT_EQ(context.streaming_duration, Timeout(2s));
  EXPECT_EQ(context.max_conn_failures, 7);
}

TEST(ContextJsonTest, WhatIsWrittenCanBeReadAgain) {
  ContextConfig context;
  context.name = {"c \u20ac \"q\""};
  context.spark_conf = {{"spark.a", "x=y \\ \n"}, {"spark.b", ""}};
  context.downtime = std::nullopt;
  context.streaming_duration = 500ms;
  context.jobs_per_worker = 4;
  context.worker_mode = WorkerMode::kShared;
  EXPECT_EQ(std::get<ContextConfig>(ParseContextUpdate(ToJson(context).value, {})), context);
}

TEST(ContextJsonTest, WritesTheKeysOfTheApi) {
  ContextConfig context;
  context.name = {"c1"};
  EXPECT_EQ(
      ToJson(context).value,
      R"({"name":"c1","sparkConf":{},"downtime":"3600s","maxJobs":1,"jobsPerWorker":1,"precreated":false,)"
      R"("runOptions":"","workerMode":"exclusive","streamingDuration":"1s","maxConnFailures":5})");
}

TEST(ContextJsonTest, UpdateNeedsEveryKeyOfTheOriginal) {
  for (const std::string key :
       {"name", "sparkConf", "downtime", "maxJobs", "precreated", "runOptions", "workerMode",
        "streamingDuration", "maxConnFailures"}) {
    std::string body = kFull;
    body.replace(body.find("\"" + key + "\""), key.size() + 2, "\"unknown\"");
    EXPECT_EQ(ErrorOf(ParseContextUpdate(body, {})),
              std::string(kMalformed) + "Object is missing required member '" + key + "'");
  }
}

TEST(ContextJsonTest, UpdateKeepsJobsPerWorkerWhenItIsNotGiven) {
  ContextConfig current;
  current.jobs_per_worker = 8;
  EXPECT_EQ(std::get<ContextConfig>(ParseContextUpdate(kFull, current)).jobs_per_worker, 8);
}

TEST(ContextJsonTest, DurationsAreSecondsOrInfOrAnyOfOurUnits) {
  const auto downtime = [](const std::string& text) {
    return std::get<ContextConfig>(
               ParseContextCreate(R"({"name":"x","downtime":")" + text + "\"}", {}))
        .downtime;
  };
  EXPECT_EQ(downtime("90s"), Timeout(90s));
  EXPECT_EQ(downtime("Inf"), Timeout());
  EXPECT_EQ(downtime("500ms"), Timeout(500ms));
  EXPECT_EQ(downtime("1h"), Timeout(1h));
}

TEST(ContextJsonTest, BadDurationsSayWhatWasGiven) {
  EXPECT_EQ(CreateError(R"({"name":"x","downtime":"abs"})"), "For input string: \"ab\"");
  EXPECT_EQ(CreateError(R"({"name":"x","downtime":"-5s"})"), "For input string: \"-5\"");
  EXPECT_EQ(CreateError(R"({"name":"x","downtime":"soon"})"),
            "Unknown duration soon, expected one such as 10s or Inf");
  EXPECT_EQ(CreateError(R"({"name":"x","downtime":10})"),
            std::string(kMalformed) + "Expected Duration as JsString, but got 10");
}

TEST(ContextJsonTest, UnknownModeIsRefused) {
  EXPECT_EQ(CreateError(R"({"name":"x","workerMode":"x"})"), "Unknown mode x");
}

TEST(ContextJsonTest, WrongTypesAreRefusedWithWhatTheyWere) {
  const std::string malformed = kMalformed;
  EXPECT_EQ(CreateError(R"({"name":2})"), malformed + "Expected String as JsString, but got 2");
  EXPECT_EQ(CreateError(R"({"name":"x","maxJobs":"2"})"),
            malformed + "Expected Int as JsNumber, but got \"2\"");
  EXPECT_EQ(CreateError(R"({"name":"x","maxJobs":1.5})"),
            malformed + "Expected Int as JsNumber, but got 1.5");
  EXPECT_EQ(CreateError(R"({"name":"x","maxJobs":99999999999999999999})"),
            malformed + "Expected Int as JsNumber, but got 1e+20");
  EXPECT_EQ(CreateError(R"({"name":"x","precreated":"yes"})"),
            malformed + "Expected JsBoolean, but got \"yes\"");
  EXPECT_EQ(CreateError(R"({"name":"x","sparkConf":{"a":true}})"),
            malformed + "Expected String as JsString, but got true");
  EXPECT_EQ(CreateError(R"({"name":"x","sparkConf":[]})"),
            malformed + "Expected Map as JsObject, but got []");
}

TEST(ContextJsonTest, BodiesThatAreNoObjectsAreRefused) {
  EXPECT_EQ(CreateError("[1]"), std::string(kMalformed) + "Json object required: got [1]");
  EXPECT_TRUE(CreateError("{").starts_with(kMalformed));
  EXPECT_TRUE(CreateError("").starts_with(kMalformed));
  EXPECT_EQ(CreateError("{}"),
            std::string(kMalformed) + "Object is missing required member 'name'");
}

TEST(ContextJsonTest, ImpossibleValuesAreRefused) {
  EXPECT_EQ(CreateError(R"({"name":"x","maxJobs":0})"), "maxJobs must be at least 1, got 0");
  EXPECT_EQ(CreateError(R"({"name":"x","jobsPerWorker":-1})"),
            "jobsPerWorker must be at least 1, got -1");
  EXPECT_EQ(CreateError(R"({"name":"../x"})"), "Bad name: the name holds a '/'");
  EXPECT_EQ(CreateError(R"({"name":"x","sparkConf":{"a=b":"c"}})"), "Bad sparkConf key 'a=b'");
  EXPECT_TRUE(CreateError(R"({"name":"x","runOptions":"\u0000"})").starts_with(kMalformed));
}

TEST(ContextJsonTest, HostileBodiesAreRefused) {
  EXPECT_TRUE(CreateError(std::string(100000, '[')).starts_with(kMalformed));
  EXPECT_TRUE(CreateError("{\"name\":\"\xff\"}").starts_with(kMalformed));
  EXPECT_TRUE(CreateError(std::string("{\"name\":\"\0\"}", 12)).starts_with(kMalformed));
  EXPECT_TRUE(CreateError("\"" + std::string(2000000, 'x') + "\"")
                  .ends_with("larger than the limit of 1 MiB"));
  EXPECT_LT(CreateError("{\"name\":[\"" + std::string(500000, 'x') + "\"]}").size(), 500U);
}

TEST(ContextJsonTest, RetriesAreReadAndShownWhenThereAreAny) {
  const auto created =
      ParseContextCreate(R"({"name":"c","retries":2,"retryOn":"failure","retryBackoff":"5s"})", {});
  const auto& context = std::get<ContextConfig>(created);
  EXPECT_EQ(context.retries, 2);
  EXPECT_EQ(context.retry_on, RetryOn::kFailure);
  EXPECT_EQ(context.retry_backoff, std::chrono::seconds(5));
  const std::string shown = ToJson(context).value;
  EXPECT_NE(shown.find(R"("retries":2,"retryOn":"failure","retryBackoff":"5s")"),
            std::string::npos);
  EXPECT_EQ(ToJson(ContextConfig()).value.find("retr"), std::string::npos);
}

TEST(ContextJsonTest, RefusesRetriesThatMakeNoSense) {
  for (const char* setting : {R"("retries":-1)", R"("retries":1.5)", R"("retryOn":"never")",
                              R"("retryBackoff":"Inf")", R"("retryBackoff":1)"}) {
    const std::string body = std::string(R"({"name":"c",)") + setting + "}";
    EXPECT_TRUE(std::holds_alternative<BadBody>(ParseContextCreate(body, {}))) << setting;
  }
}

}  // namespace
}  // namespace mist
