#include "api/http/multipart.h"

#include <gtest/gtest.h>

#include "tests/unit/api/http/request_maker.h"

namespace mist::http {
namespace {

struct Form {
  std::vector<PartHead> heads;
  std::vector<std::string> contents;
  bool refused = false;
};

Form ReadForm(const std::string& text, std::size_t piece_bytes) {
  PieceBody body(text, piece_bytes);
  MultipartReader reader(body, "XX", 1 << 20);
  Form form;
  for (;;) {
    const auto part = reader.NextPart();
    if (std::holds_alternative<Reply>(part)) form.refused = true;
    if (form.refused || !std::get<std::optional<PartHead>>(part)) return form;
    form.heads.push_back(*std::get<std::optional<PartHead>>(part));
    std::string& content = form.contents.emplace_back();
    for (;;) {
      const auto piece = reader.NextPiece();
      if (std::holds_alternative<Reply>(piece)) form.refused = true;
      if (form.refused || std::get<std::string_view>(piece).empty()) break;
      content += std::get<std::string_view>(piece);
    }
  }
}

constexpr char kForm[] =
    "preamble\r\n--XX\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; "
    "name=first\r\n\r\none\r\n--X\r\n"
    "\r\n--XX  \r\nContent-Disposition: form-data; name=\"file\"; filename=\"a "
    "\\\"b\\\".jar\"\r\n\r\n"
    "\r\n--XX\r\nContent-Disposition: form-data; name=\"x\"; "
    "filename*=UTF-8''na%C3%AFve.jar\r\n\r\n\r\n\r\n--XX--epilogue";

TEST(MultipartTest, ReadsTheSameFormHoweverItArrives) {
  for (std::size_t piece_bytes = 1; piece_bytes < sizeof kForm; ++piece_bytes) {
    const Form form = ReadForm(kForm, piece_bytes);
    ASSERT_FALSE(form.refused) << piece_bytes;
    ASSERT_EQ(form.contents, (std::vector<std::string>{"one\r\n--X\r\n", "", "\r\n"}))
        << piece_bytes;
    EXPECT_EQ(form.heads[0].name, "first");
    EXPECT_EQ(form.heads[0].file_name, std::nullopt);
    EXPECT_EQ(form.heads[1].file_name, "a \"b\".jar");
    EXPECT_EQ(form.heads[2].file_name, "na\xc3\xafve.jar");
  }
}

TEST(MultipartTest, RefusesFormsThatAreCutOffAnywhere) {
  const std::string form(kForm);
  const std::size_t end = form.find("--epilogue");
  for (std::size_t length = 0; length < end + 2; ++length) {
    EXPECT_TRUE(ReadForm(form.substr(0, length), 7).refused) << length;
  }
}

TEST(MultipartTest, FindsTheBoundary) {
  RequestMaker maker;
  const auto boundary_of = [&](const std::string& type) {
    return MultipartBoundary(maker.Make("POST", "/", {{"Content-Type", type}}));
  };
  EXPECT_EQ(std::get<std::string>(boundary_of("Multipart/Form-Data; charset=x; boundary=\"a b\"")),
            "a b");
  EXPECT_EQ(std::get<Reply>(boundary_of("multipart/form-data")).status, 400);
  EXPECT_EQ(std::get<Reply>(boundary_of("multipart/form-database; boundary=a")).status, 415);
  EXPECT_EQ(std::get<Reply>(boundary_of("application/json")).status, 415);
}

}  // namespace
}  // namespace mist::http
