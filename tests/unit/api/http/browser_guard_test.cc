#include "api/http/browser_guard.h"

#include <gtest/gtest.h>

#include "tests/unit/api/http/request_maker.h"

namespace mist::http {
namespace {

bool IsRefused(const BrowserGuard& guard, const char* method, std::vector<Header> headers) {
  RequestMaker maker;
  return guard.Refuse(maker.Make(method, "/", std::move(headers))).has_value();
}

TEST(BrowserGuardTest, LetsProgramsDoEverything) {
  const BrowserGuard guard({}, true);
  EXPECT_FALSE(IsRefused(guard, "POST", {{"Host", "localhost:2004"}}));
  EXPECT_FALSE(IsRefused(guard, "DELETE", {}));
}

TEST(BrowserGuardTest, RefusesChangesFromForeignPagesOnly) {
  const BrowserGuard guard({.allowed_origins = {"https://ui.example"}, .allowed_hosts = {}}, false);
  const auto with_origin = [](const char* origin) {
    return std::vector<Header>{{"Host", "mist.example:2004"}, {"Origin", origin}};
  };
  EXPECT_TRUE(IsRefused(guard, "POST", with_origin("https://evil.example")));
  EXPECT_TRUE(IsRefused(guard, "POST", with_origin("http://mist.example")));
  EXPECT_TRUE(IsRefused(guard, "PUT", with_origin("null")));
  EXPECT_FALSE(IsRefused(guard, "GET", with_origin("https://evil.example")));
  EXPECT_FALSE(IsRefused(guard, "POST", with_origin("http://mist.example:2004")));
  EXPECT_FALSE(IsRefused(guard, "POST", with_origin("https://UI.example")));
}

TEST(BrowserGuardTest, KnowsTheNamesOfLoopback) {
  const BrowserGuard guard({.allowed_origins = {}, .allowed_hosts = {"mist"}}, true);
  for (const char* host :
       {"localhost", "LocalHost:2004", "127.0.0.1:2004", "127.1.2.3", "[::1]:2004", "mist:80"}) {
    EXPECT_FALSE(IsRefused(guard, "GET", {{"Host", host}})) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""}) {
    EXPECT_TRUE(IsRefused(guard, "GET", {{"Host", host}})) << host;
  }
}

TEST(BrowserGuardTest, AsksNoHostNameOfAnOpenServer) {
  EXPECT_FALSE(IsRefused(BrowserGuard({}, false), "GET", {{"Host", "any.example"}}));
}

}  // namespace
}  // namespace mist::http
