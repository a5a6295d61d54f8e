// Each route over a real socket: status, shape and text, as the original's clients know them.
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/http/http_world.h"
#include "tests/integration/http/raw_client.h"
#include "tests/support/temp_folder.h"

namespace mist::http {
namespace {

constexpr char kNoSuchResource[] = "The requested resource could not be found.";
constexpr char kPiInfo[] =
    R"({"name":"pi","path":"pi.jar","className":"Pi$","defaultContext":"default","lang":"scala",)"
    R"("execute":{"numbers":{"type":"MList","args":[{"type":"MInt"}]}},"tags":["sql"]})";

class RoutesTest : public ::testing::Test {
 protected:
  RawReply Ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& headers = "") {
    RawClient client(world_.Port());
    return client.Ask(method, target, body, headers);
  }
  void ExpectText(const RawReply& reply, int status, const std::string& text) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, text);
    EXPECT_EQ(reply.headers.at("content-type"), "text/plain; charset=UTF-8");
  }
  std::string StartJob(const std::string& function) {
    const std::string body = Ask("POST", "/v2/api/functions/" + function + "/jobs", "{}").body;
    return body.substr(7, 36);
  }

  HttpWorld world_;
};

// ---- paths and methods ------------------------------------------------------------------------

TEST_F(RoutesTest, UnknownPathsAre404) {
  for (const char* path :
       {"/v2", "/v2/api/jobs/", "/v2/api/functions//jobs", "//", "/v2/api/functions/a/b/jobs",
        "/v2/api/ws/all", "/v2/api/artifacts_internal/mist-worker.jar"}) {
    ExpectText(Ask("GET", path), 404, kNoSuchResource);
  }
}

TEST_F(RoutesTest, WrongMethodsAre405) {
  const RawReply reply = Ask("DELETE", "/v2/api/contexts");
  ExpectText(reply, 405, "HTTP method not allowed, supported methods: GET, POST");
  EXPECT_EQ(reply.headers.at("allow"), "GET, POST, HEAD, OPTIONS");
  EXPECT_EQ(Ask("PROPFIND", "/v2/api/contexts").status, 405);
}

TEST_F(RoutesTest, PathIdsAreOnePercentDecodedSegment) {
  EXPECT_EQ(Ask("POST", "/v2/api/functions/p%69/jobs", "{}").status, 200);
  ExpectText(Ask("GET", "/v2/api/functions/p%2Fi"), 404, kNoSuchResource);
  EXPECT_EQ(Ask("GET", "/v2/api/functions/%zz").status, 400);
  EXPECT_EQ(Ask("GET", "/v2/api/functions/%ff").status, 400);
}

TEST_F(RoutesTest, HeadIsLikeGetWithoutBody) {
  RawClient client(world_.Port());
  const RawReply head = client.Ask("HEAD", "/v2/api/functions");
  const RawReply get = client.Get("/v2/api/functions");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(get.body.size()));
}

// ---- the web UI -------------------------------------------------------------------------------

class UiTest : public ::testing::Test {
 protected:
  UiTest() {
    Write("index.html", "<p>app</p>");
    Write("main.js", "run()");
    Write("a b.svg", "<svg/>");
    HttpServerOptions options;
    options.routes.ui_folder = folder_.Path();
    options.routes.docs_folder = folder_.Path();
    world_ = std::make_unique<HttpWorld>(options);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.Path() / name) << text;
  }

  RawReply Get(const std::string& target) { return RawClient(world_->Port()).Get(target); }

  testing::TempFolder folder_;
  std::unique_ptr<HttpWorld> world_;
};

TEST_F(UiTest, ItsFolderIsBelowUi) {
  const RawReply redirect = Get("/ui");
  EXPECT_EQ(redirect.status, 308);
  EXPECT_EQ(redirect.headers.at("location"), "/ui/");
  EXPECT_EQ(Get("/ui/").body, "<p>app</p>");
  EXPECT_EQ(Get("/ui/").headers.at("content-type"), "text/html; charset=UTF-8");
  EXPECT_EQ(Get("/ui/main.js?v=1").body, "run()");
  EXPECT_EQ(Get("/ui/main.js").headers.at("content-type"), "application/javascript; charset=UTF-8");
  EXPECT_EQ(Get("/ui/a%20b.svg").body, "<svg/>");
}

TEST_F(UiTest, AddressesOfThePageAppAreThePage) {
  for (const char* path : {"/ui/jobs/overview", "/ui/missing.js", "/ui/jobs/f/0123"}) {
    EXPECT_EQ(Get(path).body, "<p>app</p>") << path;
  }
}

TEST_F(UiTest, NothingOutsideTheFolderIsServed) {
  for (const char* path : {"/ui/../secret", "/ui/%2e%2e/secret", "/ui//etc/passwd",
                           "/ui/%2Fetc%2Fpasswd", "/ui/a%00b", "/ui/."}) {
    EXPECT_EQ(Get(path).body, "<p>app</p>") << path;
  }
}

TEST_F(UiTest, OtherMethodsAre404) {
  EXPECT_EQ(RawClient(world_->Port()).Ask("POST", "/ui/index.html", "x").status, 404);
  EXPECT_EQ(RawClient(world_->Port()).Ask("HEAD", "/ui/").headers.at("content-length"), "10");
}

TEST_F(UiTest, CompressedFilesGoToThoseWhoTakeThem) {
  Write("main.js.br", "brotli");
  Write("main.js.gz", "gzip");
  const auto ask = [&](const std::string& accepted) {
    return RawClient(world_->Port())
        .Ask("GET", "/ui/main.js", "", "Accept-Encoding: " + accepted + "\r\n");
  };
  const RawReply both = ask("gzip, deflate, br");
  EXPECT_EQ(both.body, "brotli");
  EXPECT_EQ(both.headers.at("content-encoding"), "br");
  EXPECT_EQ(both.headers.at("content-type"), "application/javascript; charset=UTF-8");
  EXPECT_EQ(both.headers.at("vary"), "Accept-Encoding, Origin");
  EXPECT_EQ(ask("gzip;q=0.5").body, "gzip");
  EXPECT_EQ(ask("br;q=0, gzip").body, "gzip");
  const RawReply plain = ask("identity");
  EXPECT_EQ(plain.body, "run()");
  EXPECT_FALSE(plain.headers.contains("content-encoding"));
  EXPECT_EQ(plain.headers.at("vary"), "Accept-Encoding, Origin");
}

TEST_F(UiTest, FilesWhoseNamesTellTheirContentsAreKeptForEver) {
  std::filesystem::create_directory(folder_.Path() / "assets");
  Write("assets/main-1a2b.js", "run()");
  EXPECT_EQ(Get("/ui/assets/main-1a2b.js").headers.at("cache-control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(Get("/ui/").headers.at("cache-control"), "no-cache");
  EXPECT_EQ(Get("/ui/main.js").headers.at("cache-control"), "no-cache");
}

TEST_F(UiTest, APageIsSentWithTheRulesOfItsFolder) {
  EXPECT_FALSE(Get("/ui/").headers.contains("content-security-policy"));
  Write("content-security-policy.txt", "default-src 'self'\n");
  EXPECT_EQ(Get("/ui/jobs").headers.at("content-security-policy"), "default-src 'self'");
  EXPECT_EQ(Get("/docs/").headers.at("content-security-policy"), "default-src 'self'");
  EXPECT_FALSE(Get("/ui/main.js").headers.contains("content-security-policy"));
}

TEST_F(UiTest, TheDocumentationHasFoldersAndMissesPages) {
  EXPECT_EQ(Get("/docs").headers.at("location"), "/docs/");
  EXPECT_EQ(Get("/docs/").body, "<p>app</p>");
  std::filesystem::create_directory(folder_.Path() / "cli");
  Write("cli/index.html", "<p>cli</p>");
  EXPECT_EQ(Get("/docs/cli/").body, "<p>cli</p>");
  EXPECT_EQ(Get("/docs/cli").body, "<p>cli</p>");
  EXPECT_EQ(Get("/docs/nothing/").status, 404);
  EXPECT_EQ(Get("/docs/../secret").status, 404);
}

TEST_F(RoutesTest, WithoutAUiThePageSaysSo) {
  const RawReply reply = Ask("GET", "/ui/jobs");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("The web UI is not installed"), std::string::npos);
}

// ---- devrun -----------------------------------------------------------------------------------

constexpr char kDevBody[] = R"({"fakeName":"pi","path":"other.jar","className":"Other$",)"
                            R"("parameters":{"n":1},"externalId":"e","context":"c"})";

TEST_F(RoutesTest, ADevRunCallsWhatTheRequestNames) {
  const RawReply reply = Ask("POST", "/v2/hidden/devrun", kDevBody);
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with(R"({"id":")")) << reply.body;
  const auto start = world_.Jobs().LastStart();
  EXPECT_EQ(start.function, FunctionName{"pi"});
  EXPECT_EQ(start.unregistered,
            (FunctionConfig{FunctionName{"pi"}, "other.jar", "Other$", ContextName{"c"}}));
  EXPECT_EQ(start.arguments.value, R"({"n":1})");
  EXPECT_EQ(start.external_id, "e");
}

TEST_F(RoutesTest, AForcedDevRunAnswersWithTheResult) {
  EXPECT_EQ(Ask("POST", "/v2/hidden/devrun?force=true", kDevBody).body,
            R"({"success":true,"payload":3.140000000000000000001,"errors":[]})");
}

TEST_F(RoutesTest, ADevRunThatCannotStartIs400) {
  const std::string unknown = R"({"fakeName":"none","path":"a.jar","className":"A","context":"c"})";
  EXPECT_EQ(Ask("POST", "/v2/hidden/devrun", unknown).status, 400);
  ExpectText(Ask("POST", "/v2/hidden/devrun", "{}"), 400,
             "The request content was malformed:\nObject is missing required member 'fakeName'");
  EXPECT_EQ(Ask("GET", "/v2/hidden/devrun").status, 405);
}

// ---- functions --------------------------------------------------------------------------------

TEST_F(RoutesTest, FunctionsAreListedAndFound) {
  const RawReply list = Ask("GET", "/v2/api/functions");
  EXPECT_EQ(list.body, std::string("[") + kPiInfo + "]");
  EXPECT_EQ(list.headers.at("content-type"), "application/json");
  EXPECT_EQ(Ask("GET", "/v2/api/functions/pi").body, kPiInfo);
  ExpectText(Ask("GET", "/v2/api/functions/none"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, RegistrationProblemsAreOneLineWithTheClass) {
  const std::string known =
      R"({"name":"pi","path":"pi.jar","className":"Pi$","defaultContext":"default"})";
  ExpectText(Ask("POST", "/v2/api/functions", known), 400,
             "class java.lang.IllegalStateException: Endpoint pi already exists");
  const std::string missing =
      R"({"name":"f","path":"no.jar","className":"F","defaultContext":"default"})";
  ExpectText(Ask("POST", "/v2/api/functions", missing), 400,
             "class java.lang.IllegalArgumentException: file should exists by path no.jar");
  ExpectText(Ask("PUT", "/v2/api/functions", missing), 400,
             "class java.lang.IllegalStateException: Endpoint f does not exist");
}

TEST_F(RoutesTest, ForcedRegistrationEchoesTheConfig) {
  const std::string config =
      R"({"name":"f","path":"no.jar","className":"F","defaultContext":"default"})";
  EXPECT_EQ(Ask("POST", "/v2/api/functions?force=True", config).body, config);
}

TEST_F(RoutesTest, MissingMembersAreNamed) {
  ExpectText(Ask("POST", "/v2/api/functions", R"({"name":"f"})"), 400,
             "The request content was malformed:\nObject is missing required member 'path'");
}

TEST_F(RoutesTest, ADeletedFunctionIsShownAndGone) {
  EXPECT_EQ(Ask("DELETE", "/v2/api/functions/pi").body, kPiInfo);
  ExpectText(Ask("DELETE", "/v2/api/functions/pi"), 404, kNoSuchResource);
}

// ---- calls ------------------------------------------------------------------------------------

TEST_F(RoutesTest, ACallAnswersWithTheId) {
  const RawReply reply = Ask("POST", "/v2/api/functions/pi/jobs", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body.size(), std::string(R"({"id":""})").size() + 36);
}

TEST_F(RoutesTest, AForcedCallAnswersWithTheResultDigitForDigit) {
  EXPECT_EQ(Ask("POST", "/v2/api/functions/pi/jobs?force=true", "{}").body,
            R"({"success":true,"payload":3.140000000000000000001,"errors":[]})");
}

TEST_F(RoutesTest, AForcedCallThatFailsIsStill200) {
  const RawReply reply = Ask("POST", "/v2/api/functions/broken/jobs?force=true", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(
      reply.body,
      R"json({"success":false,"payload":{},"errors":["java.lang.RuntimeException: broken\n\tat Broken.main(Broken.java:1)"]})json");
}

TEST_F(RoutesTest, QueryParametersOfACallReachTheService) {
  Ask("POST",
      "/v2/api/functions/pi/jobs?externalId=e%201&context=c1&startTimeout=10s&performTimeout=Inf",
      "{}");
  const auto start = world_.Jobs().LastStart();
  EXPECT_EQ(start.external_id, "e 1");
  EXPECT_EQ(start.context, ContextName{"c1"});
  EXPECT_EQ(start.start_timeout, Timeout(std::chrono::seconds(10)));
  EXPECT_EQ(start.perform_timeout, std::nullopt);
}

TEST_F(RoutesTest, RetriesOfACallReachTheService) {
  const std::string path = "/v2/api/functions/pi/jobs?";
  Ask("POST", path + "retries=2&retryOn=failure&retryBackoff=10s", "{}");
  EXPECT_EQ(world_.Jobs().LastStart().retry,
            (RetrySettings{2, RetryOn::kFailure, std::chrono::seconds(10)}));
  Ask("POST", path + "retries=0", "{}");
  EXPECT_EQ(world_.Jobs().LastStart().retry, (RetrySettings{0, {}, {}}));
  const auto malformed = [](const std::string& parameter, const std::string& reason) {
    return "The query parameter '" + parameter + "' was malformed:\n" + reason;
  };
  for (const char* wrong : {"-1", "", "many", "2147483648"}) {
    ExpectText(
        Ask("POST", path + "retries=" + wrong, "{}"), 400,
        malformed("retries", std::string("'") + wrong + "' is not a number from 0 to 2147483647"));
  }
  ExpectText(Ask("POST", path + "retryOn=never", "{}"), 400,
             malformed("retryOn", "'never' is not worker-lost or failure"));
  for (const char* wrong : {"Inf", "soon"}) {
    ExpectText(
        Ask("POST", path + "retryBackoff=" + wrong, "{}"), 400,
        malformed("retryBackoff", std::string("'") + wrong + "' is not a duration such as 10s"));
  }
}

TEST_F(RoutesTest, AnyContentTypeIsTakenForJson) {
  EXPECT_EQ(Ask("POST", "/v2/api/functions/pi/jobs", "{}",
                "Content-Type: application/x-www-form-urlencoded\r\n")
                .status,
            200);
}

TEST_F(RoutesTest, BadArgumentsAreRefusedWithTheReason) {
  ExpectText(Ask("POST", "/v2/api/functions/pi/jobs", R"({"samples":"many"})"), 400,
             "Bad request:\njava.lang.IllegalArgumentException: Invalid field samples:Invalid "
             "type: expected Int, got many");
}

TEST_F(RoutesTest, BodiesThatAreNoJsonObjectAreRefused) {
  for (const std::string& body :
       std::vector<std::string>{"", "[1]", "{\"a\":", "{\"a\":1e999}", "\xff"}) {
    const RawReply reply = Ask("POST", "/v2/api/functions/pi/jobs", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_TRUE(reply.body.starts_with("The request content was malformed:\n")) << reply.body;
  }
}

TEST_F(RoutesTest, JsonOfAnyDepthIsRefusedNotFatal) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(Ask("POST", "/v2/api/functions/pi/jobs", "{\"a\":" + deep + "}").status, 400);
  EXPECT_EQ(Ask("POST", "/v2/api/contexts", "{\"name\":" + deep + "}").status, 400);
}

TEST_F(RoutesTest, QueryParametersOfWrongTypesAreNamed) {
  ExpectText(Ask("POST", "/v2/api/functions/pi/jobs?force=maybe", "{}"), 400,
             "The query parameter 'force' was malformed:\n'maybe' is not a valid Boolean value");
  ExpectText(Ask("POST", "/v2/api/functions/pi/jobs?startTimeout=10", "{}"), 400,
             "Bad request:\njava.lang.NumberFormatException: format error 10");
}

TEST_F(RoutesTest, RefusalsOfTheServiceHaveTheirStatus) {
  ExpectText(Ask("POST", "/v2/api/functions/none/jobs", "{}"), 404, kNoSuchResource);
  EXPECT_EQ(Ask("POST", "/v2/api/functions/busy/jobs", "{}").status, 429);
  EXPECT_EQ(Ask("POST", "/v2/api/functions/closing/jobs", "{}").status, 503);
  EXPECT_EQ(Ask("POST", "/v2/api/functions/full/jobs", "{}").status, 507);
}

TEST_F(RoutesTest, FailuresTellNothingOfOurDisk) {
  const RawReply reply = Ask("POST", "/v2/api/functions/crash/jobs", "{}");
  EXPECT_EQ(reply.status, 500);
  EXPECT_TRUE(reply.body.starts_with("Server error:\n"));
  EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  for (const auto& [name, value] : reply.headers)
    EXPECT_EQ(value.find("secret"), std::string::npos) << name;
}

// ---- jobs -------------------------------------------------------------------------------------

TEST_F(RoutesTest, AJobHasTheShapeOfTheOriginal) {
  const std::string id = StartJob("pi");
  EXPECT_EQ(
      Ask("GET", "/v2/api/jobs/" + id).body,
      R"({"function":"pi","jobId":")" + id +
          R"(","params":{"filePath":"pi.jar","className":"Pi$","arguments":{},"action":"execute"},)"
          R"("context":"default","source":"Http","startTime":1540000000123,"endTime":1540000001000,)"
          R"("jobResult":3.140000000000000000001,"status":"finished","workerId":"w1","createTime":1540000000000})");
}

TEST_F(RoutesTest, APageTellsTheTotalOfAllPages) {
  for (int i = 0; i < 3; ++i) StartJob("pi");
  const RawReply page = Ask("GET", "/v2/api/functions/pi/jobs?paginate=True&limit=2");
  EXPECT_TRUE(page.body.ends_with(R"(],"total":3})")) << page.body;
  EXPECT_EQ(Ask("GET", "/v2/api/functions/none/jobs").body, "[]");
  EXPECT_EQ(Ask("GET", "/v2/api/workers/gone/jobs?paginate=true&offset=3").body,
            R"({"jobs":[],"total":3})");
}

TEST_F(RoutesTest, JobListsRefuseWhatTheyCannotRead) {
  ExpectText(
      Ask("GET", "/v2/api/jobs?limit=a"), 400,
      "The query parameter 'limit' was malformed:\n'a' is not a valid 32-bit signed integer value");
  ExpectText(Ask("GET", "/v2/api/jobs?status=finished&status=foo&status=worker-assigned"), 400,
             "Unknown statuses: Unknown status foo,Unknown status worker-assigned");
}

TEST_F(RoutesTest, CancelAnswersWithTheCancelledJob) {
  const RawReply reply = Ask("DELETE", "/v2/api/jobs/" + StartJob("waiting"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find(R"("status":"cancelled")"), std::string::npos);
  ExpectText(Ask("DELETE", "/v2/api/jobs/none"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, AJobIsAnsweredWhenItHasEnded) {
  const std::string path = "/v2/api/jobs/" + StartJob("waiting");
  auto waiting = std::async(std::launch::async, [&] { return Ask("GET", path + "?wait=1%20h"); });
  world_.Jobs().AwaitCallers(1);
  Ask("DELETE", path);
  EXPECT_NE(waiting.get().body.find(R"("status":"cancelled")"), std::string::npos);
  const std::string running = "/v2/api/jobs/" + StartJob("waiting");
  EXPECT_EQ(Ask("GET", running + "?wait=1ms").body, Ask("GET", running).body);
  EXPECT_EQ(Ask("GET", running + "?wait=soon").status, 400);
  ExpectText(Ask("GET", "/v2/api/jobs/none?wait=1s"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, AContextShowsThatItsWorkersDoNotStart) {
  const std::string healthy = Ask("GET", "/v2/api/contexts/default").body;
  EXPECT_EQ(healthy.find("failedStarts"), std::string::npos);
  world_.Contexts().Fail({{"default"},
                          5,
                          true,
                          FromEpochMillis(1000),
                          FromEpochMillis(2000),
                          {},
                          "exit code 3\nlast line"});
  const std::string trouble =
      R"(,"failedStarts":{"count":5,"broken":true,"since":1000,"last":2000,)"
      R"("reason":"exit code 3\nlast line","repair":"mist-cli repair context default"}})";
  const std::string shown = healthy.substr(0, healthy.size() - 1) + trouble;
  EXPECT_EQ(Ask("GET", "/v2/api/contexts/default").body, shown);
  EXPECT_NE(Ask("GET", "/v2/api/contexts").body.find(shown), std::string::npos);
}

TEST_F(RoutesTest, AContextThatTriesAgainShowsWhen) {
  world_.Contexts().Fail({{"default"}, 1, false, {}, {}, FromEpochMillis(3000), "no"});
  EXPECT_NE(Ask("GET", "/v2/api/contexts/default").body.find(R"("nextTry":3000,"reason":"no")"),
            std::string::npos);
}

TEST_F(RoutesTest, ABrokenContextCanBeRepaired) {
  const RawReply reply = Ask("POST", "/v2/api/contexts/default/repair");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find(R"("name":"default")"), std::string::npos);
  EXPECT_EQ(world_.Contexts().Repairs(), 1);
  ExpectText(Ask("POST", "/v2/api/contexts/none/repair"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, AnIdempotencyKeyGoesWithTheCall) {
  const RawReply reply =
      Ask("POST", "/v2/api/functions/pi/jobs", "{}", "Idempotency-Key: order 1\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(world_.Jobs().LastStart().key->text, "http:pi:order 1");
  EXPECT_EQ(world_.Jobs().LastStart().key->kept, Timeout(std::chrono::hours(24)));
  EXPECT_EQ(Ask("POST", "/v2/api/functions/pi/jobs", "{}",
                "Idempotency-Key: " + std::string(256, 'k') + "\r\n")
                .status,
            400);
}

TEST_F(RoutesTest, LogsOfAJobCanBeReadInRanges) {
  const std::string id = StartJob("pi");
  const std::string path = "/v2/api/jobs/" + id + "/logs";
  EXPECT_EQ(Ask("GET", path).body, "");
  ExpectText(Ask("GET", "/v2/api/jobs/none/logs"), 404, "Job none not found");

  std::promise<void> written;
  world_.Logs().Append(
      {id}, {{.time = FromEpochMillis(1540000000123), .message = "QueuedEvent", .stack_trace = {}}},
      [&](const LogWrite&) { written.set_value(); });
  written.get_future().wait();
  const RawReply whole = Ask("GET", path);
  EXPECT_EQ(whole.body, "INFO 2018-10-20T01:46:40.123 [" + id + "] QueuedEvent\n");
  EXPECT_EQ(whole.headers.at("content-type"), "application/octet-stream");

  const RawReply part = Ask("GET", path, "", "Range: bytes=5-14\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "2018-10-20");
  EXPECT_EQ(Ask("GET", path, "", "Range: bytes=99999-\r\n").status, 416);
  EXPECT_EQ(Ask("GET", path, "", "If-None-Match: " + whole.headers.at("etag") + "\r\n").status,
            304);
}

// ---- contexts, workers, status ----------------------------------------------------------------

TEST_F(RoutesTest, AContextIsCreatedWithDefaults) {
  const std::string c1 =
      R"({"name":"c1","sparkConf":{"spark.master":"local[2]"},"downtime":"3600s","maxJobs":1,)"
      R"("jobsPerWorker":1,"precreated":false,"runOptions":"","workerMode":"exclusive","streamingDuration":"1s","maxConnFailures":5)";
  const RawReply created =
      Ask("POST", "/v2/api/contexts",
          R"({"name":"c1","sparkConf":{"spark.master":"local[2]"},"launchData":7})");
  EXPECT_EQ(created.status, 200);
  EXPECT_TRUE(created.body.starts_with(c1)) << created.body;
  EXPECT_EQ(Ask("GET", "/v2/api/contexts/c1").body, created.body);
  EXPECT_EQ(Ask("DELETE", "/v2/api/contexts/c1").body, created.body);
  ExpectText(Ask("GET", "/v2/api/contexts/c1"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, TheDefaultContextCannotBeCreatedOrDeleted) {
  ExpectText(Ask("POST", "/v2/api/contexts", R"({"name":"default"})"), 400,
             "Can not create context with name:\"default\"");
  ExpectText(Ask("DELETE", "/v2/api/contexts/default"), 404, kNoSuchResource);
}

TEST_F(RoutesTest, AContextUpdateIsWrittenUnderThePathsName) {
  const std::string settings =
      R"(,"sparkConf":{},"downtime":"Inf","maxJobs":2,"precreated":false,"runOptions":"","workerMode":"shared",)"
      R"("streamingDuration":"1s","maxConnFailures":5})";
  ExpectText(Ask("PUT", "/v2/api/contexts/c1", R"({"name":"c1")" + settings), 404,
             "Context with name c1 not found");
  ASSERT_EQ(Ask("POST", "/v2/api/contexts", R"({"name":"c1"})").status, 200);
  EXPECT_EQ(Ask("PUT", "/v2/api/contexts/c1", R"({"name":"c2")" + settings).status, 400);
  EXPECT_EQ(Ask("PUT", "/v2/api/contexts/c1", R"({"name":"c1")" + settings).status, 200);
}

TEST_F(RoutesTest, AWorkerHasTheShapeOfTheOriginal) {
  EXPECT_EQ(
      Ask("GET", "/v2/api/workers/w1").body,
      R"({"name":"w1","address":"127.0.0.1:41233","sparkUi":"http://127.0.0.1:4040","initInfo":{)"
      R"("sparkConf":{"spark.master":"local[2]"},"maxJobs":1,"downtime":"3600s","streamingDuration":"1s",)"
      R"("logService":"","masterAddress":"","masterHttpConf":"","maxArtifactSize":262144000,"runOptions":""}})");
  const RawReply stopped = Ask("DELETE", "/v2/api/workers/w1");
  EXPECT_EQ(stopped.status, 200);
  EXPECT_EQ(stopped.body, "");
  ExpectText(Ask("DELETE", "/v2/api/workers/w2"), 400,
             "Bad request:\njava.lang.IllegalStateException: Unknown worker w2");
}

TEST_F(RoutesTest, HealthFollowsTheMaster) {
  EXPECT_EQ(Ask("GET", "/health/ready").status, 200);
  world_.Status().StopAccepting();
  EXPECT_EQ(Ask("GET", "/health/ready").status, 503);
  EXPECT_EQ(Ask("GET", "/health/live").status, 200);
}

TEST_F(RoutesTest, TheWelcomePageAnswersAnyMethod) {
  const RawReply page = Ask("POST", "/");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=UTF-8");
  EXPECT_TRUE(page.body.starts_with("<p>Mist version: 2.0.0, started: 2018-10-"));
}

TEST_F(RoutesTest, TheOpenApiFileIsServed) {
  EXPECT_TRUE(Ask("GET", "/v2/api/openapi.json").body.starts_with("{\n  \"openapi\": \"3.1.0\""));
}

// ---- browsers ---------------------------------------------------------------------------------

TEST_F(RoutesTest, PreflightIsAnsweredOnAnyPath) {
  const RawReply reply =
      Ask("OPTIONS", "/ui", "",
          "Origin: http://localhost\r\nAccess-Control-Request-Headers: Content-Type\r\n");
  ExpectText(reply, 200, "Preflight response");
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "http://localhost");
  EXPECT_EQ(reply.headers.at("access-control-allow-methods"),
            "GET, POST, PUT, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(reply.headers.at("access-control-allow-headers"), "Content-Type");
}

TEST_F(RoutesTest, ForeignPagesCanNeitherChangeNorRead) {
  const std::string foreign = "Origin: https://evil.example\r\n";
  EXPECT_EQ(Ask("POST", "/v2/api/functions/pi/jobs", "{}", foreign).status, 403);
  EXPECT_EQ(Ask("DELETE", "/v2/api/functions/pi", "", "Origin: null\r\n").status, 403);
  EXPECT_FALSE(
      Ask("GET", "/v2/api/functions", "", foreign).headers.contains("access-control-allow-origin"));
  EXPECT_FALSE(Ask("OPTIONS", "/v2/api/functions", "", foreign)
                   .headers.contains("access-control-allow-origin"));
}

TEST_F(RoutesTest, NamesThatWereReboundToLoopbackAreRefused) {
  RawClient client(world_.Port());
  client.Send("GET /v2/api/functions HTTP/1.1\r\nHost: evil.example:2004\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 403);
}

TEST(BrowserTest, ConfiguredOriginsMayDoEverything) {
  HttpServerOptions options;
  options.browser.allowed_origins = {"https://ui.example"};
  HttpWorld world(options);
  RawClient client(world.Port());
  const RawReply reply =
      client.Ask("POST", "/v2/api/functions/pi/jobs", "{}", "Origin: https://ui.example\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "https://ui.example");
}

TEST(BrowserTest, EveryOriginCanBeAllowedAsInTheOriginal) {
  HttpServerOptions options;
  options.browser.allowed_origins = {"*"};
  HttpWorld world(options);
  RawClient client(world.Port());
  const RawReply reply = client.Get("/v2/api/nowhere");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "*");
}

}  // namespace
}  // namespace mist::http
