#include "cli/multipart_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

std::string ReadAll(MultipartFile& form, std::size_t piece) {
  std::string body;
  while (body.size() < form.Size()) {
    body += form.Read(body.size(), std::min(piece, form.Size() - body.size()));
  }
  return body;
}

TEST(MultipartFileTest, HoldsTheFileBetweenItsBoundaries) {
  const ConfFolder folder;
  MultipartFile form("a \"b\".jar", folder.Write("x", "content"));
  const std::string boundary = form.ContentType().substr(form.ContentType().find('=') + 1);
  EXPECT_EQ(ReadAll(form, 1 << 20),
            "--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.jar\"\r\n"
                "Content-Type: application/octet-stream\r\n\r\ncontent\r\n--" +
                boundary + "--\r\n");
}

TEST(MultipartFileTest, ReadsTheSameInPiecesOfAnySize) {
  const ConfFolder folder;
  MultipartFile form("a.jar", folder.Write("x", std::string(1000, 'x') + "end"));
  const std::string whole = ReadAll(form, 1 << 20);
  for (const std::size_t piece : {1, 7, 100, 1003}) EXPECT_EQ(ReadAll(form, piece), whole) << piece;
}

TEST(MultipartFileTest, RefusesAFileThatIsNotThere) {
  EXPECT_THROW(MultipartFile("a.jar", "/nowhere/a.jar"), Error);
}

}  // namespace
}  // namespace mist::cli
