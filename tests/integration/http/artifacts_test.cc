// Uploads and downloads of artifacts.
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/http/http_world.h"
#include "tests/integration/http/raw_client.h"

namespace mist::http {
namespace {

constexpr char kArtifacts[] = "/v2/api/artifacts";
constexpr char kFormType[] = "Content-Type: multipart/form-data; boundary=XX\r\n";

std::string Part(const std::string& disposition, const std::string& content) {
  return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

std::string FileForm(const std::string& name, const std::string& content) {
  return Part("name=\"file\"; filename=\"" + name + "\"", content) + "--XX--\r\n";
}

class ArtifactsTest : public ::testing::Test {
 protected:
  RawReply Upload(const std::string& form, const std::string& query = "") {
    RawClient client(world_.Port());
    return client.Ask("POST", kArtifacts + query, form, kFormType);
  }
  RawReply Get(const std::string& path, const std::string& headers = "") {
    RawClient client(world_.Port());
    return client.Get(kArtifacts + path, headers);
  }

  HttpWorld world_;
};

TEST_F(ArtifactsTest, AnUploadComesBackByteForByte) {
  const std::string content =
      std::string("\r\n--X\0--XX \r\n\r\n", 16) + std::string(300'000, 'a') + "\r\n--X";
  const RawReply stored = Upload(FileForm("my lib.jar", content));
  EXPECT_EQ(stored.status, 200);
  EXPECT_EQ(stored.body, "my lib.jar");
  const RawReply file = Get("/my%20lib.jar");
  EXPECT_EQ(file.body, content);
  EXPECT_EQ(file.headers.at("content-type"), "application/java-archive");
  EXPECT_EQ(Get("").body, R"(["my lib.jar"])");
}

TEST_F(ArtifactsTest, TheShaIsThatOfTheContract) {
  Upload(FileForm("a.py", "abc"));
  EXPECT_EQ(Get("/a.py/sha").body, "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Get("/a.py").headers.at("content-type"), "text/x-scriptphyton; charset=UTF-8");
}

TEST_F(ArtifactsTest, ANameIsTakenUnlessForced) {
  Upload(FileForm("a.jar", "one"));
  const RawReply taken = Upload(FileForm("a.jar", "two"));
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.body, "Filename must be unique: found a.jar in repository");
  EXPECT_EQ(Upload(FileForm("a.jar", "one")).status, 200) << "the same contents change nothing";
  EXPECT_EQ(Upload(FileForm("a.jar", "two"), "?force=true").status, 200);
  EXPECT_EQ(Get("/a.jar").body, "two");
}

TEST_F(ArtifactsTest, RangesAndTagsAreServed) {
  Upload(FileForm("a.egg", "0123456789"));
  const RawReply part = Get("/a.egg", "Range: bytes=-3\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "789");
  EXPECT_EQ(part.headers.at("content-range"), "bytes 7-9/10");
  EXPECT_EQ(Get("/a.egg", "If-None-Match: " + part.headers.at("etag") + "\r\n").status, 304);
  EXPECT_EQ(Get("/a.egg", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").status, 200);
  EXPECT_EQ(Get("/a.egg", "Range: " + std::string(8000, '-') + "\r\n").status, 200);
}

TEST_F(ArtifactsTest, NamesThatLeadElsewhereAreRefused) {
  for (const std::string name :
       {"../a.jar", "/etc/a.jar", "a/b.jar", "..", ".hidden", "a\\b.jar"}) {
    EXPECT_EQ(Upload(FileForm(name, "x")).status, 400) << name;
  }
  EXPECT_EQ(Get("").body, "[]");
}

TEST_F(ArtifactsTest, PathsOutsideOfTheRepositoryAreNotFound) {
  for (const std::string path :
       {"/%2Fetc%2Fpasswd", "/..%2F..%2Fetc%2Fpasswd", "/%2e%2e", "/..", "/none.jar/sha"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  EXPECT_EQ(Get("/%2Fetc%2Fpasswd").body, "No file found by name /etc/passwd");
}

TEST_F(ArtifactsTest, AFormWithoutAFileIsRefused) {
  const RawReply reply = Upload(Part("name=\"file\"", "no file name") + "--XX--\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "Request is missing required form field 'file'");
}

TEST_F(ArtifactsTest, MalformedFormsStoreNothing) {
  const std::string part = Part("name=\"file\"; filename=\"a.jar\"", "abc");
  for (const std::string& form :
       {std::string("nothing"), part, part + "--XX", std::string("--XX\r\n\r\nabc\r\n--XX--"),
        "--XX\r\n" + std::string(20'000, 'h'), std::string("--XX")}) {
    EXPECT_EQ(Upload(form).status, 400) << form.substr(0, 100);
  }
  EXPECT_EQ(Get("").body, "[]");
}

TEST_F(ArtifactsTest, OtherContentTypesAreRefused) {
  RawClient client(world_.Port());
  EXPECT_EQ(
      client.Ask("POST", kArtifacts, "abc", "Content-Type: application/java-archive\r\n").status,
      415);
  EXPECT_EQ(client.Ask("POST", kArtifacts, "abc", "Content-Type: multipart/form-data\r\n").status,
            400);
}

TEST_F(ArtifactsTest, ADeletedArtifactIsGone) {
  Upload(FileForm("a.jar", "one"));
  RawClient client(world_.Port());
  EXPECT_EQ(client.Ask("DELETE", "/v2/api/artifacts/a.jar").body, "a.jar");
  EXPECT_EQ(client.Ask("DELETE", "/v2/api/artifacts/a.jar").status, 404);
}

TEST_F(ArtifactsTest, AFullDiskIs507) {
  world_.Stored().FailNext(ErrorCode::kDiskFull);
  EXPECT_EQ(Upload(FileForm("a.jar", "one")).status, 507);
}

TEST(ArtifactLimitTest, LargeArtifactsAreRefused) {
  HttpServerOptions options;
  options.routes.addresses.max_artifact_bytes = 1000;
  HttpWorld world(options);
  RawClient client(world.Port());
  EXPECT_EQ(
      client.Ask("POST", kArtifacts, FileForm("a.jar", std::string(1001, 'x')), kFormType).status,
      413);
  EXPECT_EQ(client.Get(kArtifacts).body, "[]");
}

}  // namespace
}  // namespace mist::http
