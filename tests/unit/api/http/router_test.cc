#include "api/http/router.h"

#include <gtest/gtest.h>

#include "tests/unit/api/http/request_maker.h"

namespace mist::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router_.Add("GET", "/things/{id}", [](const Call& call) { return Reply{.body = call.ids[0]}; });
    router_.Add("DELETE", "/things/{id}", [](const Call&) { return Reply{.status = 202}; });
    router_.Add("GET", "/things/{id}/parts/{part}",
                [](const Call& call) { return Reply{.body = call.ids[0] + "," + call.ids[1]}; });
    router_.AddForAll("/", [](const Call&) { return Reply{.body = "root"}; });
  }
  Reply Ask(const char* method, const char* target) {
    return router_.Answer(maker_.Make(method, target));
  }

  Router router_;
  RequestMaker maker_;
};

TEST_F(RouterTest, GivesTheDecodedSegments) {
  EXPECT_EQ(Ask("GET", "/things/a%2Fb+c?x=1").body, "a/b+c");
  EXPECT_EQ(Ask("GET", "/things/a/parts/b").body, "a,b");
  EXPECT_EQ(Ask("PUT", "/").body, "root");
}

TEST_F(RouterTest, ChoosesByMethodAndRunsGetForHead) {
  EXPECT_EQ(Ask("DELETE", "/things/a").status, 202);
  EXPECT_EQ(Ask("HEAD", "/things/a").body, "a");
}

TEST_F(RouterTest, NamesTheMethodsOfAKnownPath) {
  const Reply reply = Ask("POST", "/things/a");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.body, "HTTP method not allowed, supported methods: GET, DELETE");
}

TEST_F(RouterTest, TakesASlashTooManyForAnotherPath) {
  for (const char* path : {"/things/", "/things/a/", "//things/a", "/things//parts/b", "/things"}) {
    EXPECT_EQ(Ask("GET", path).status, 404) << path;
  }
}

}  // namespace
}  // namespace mist::http
