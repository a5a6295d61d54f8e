#include "master/logs/log_view.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mist {
namespace {

const JobId kJob{"j1"};

LogBytes BytesOf(std::string text, bool ended = false) {
  const auto size = static_cast<std::int64_t>(text.size());
  return {size,
          [text = std::move(text)](std::int64_t offset, std::size_t bytes) {
            return offset >= std::ssize(text)
                       ? std::string()
                       : text.substr(static_cast<std::size_t>(offset), bytes);
          },
          ended};
}

std::string Line(const std::string& level, const std::string& message) {
  return level + " 2018-10-20T01:46:40.12 [j1] " + message + "\n";
}

std::vector<std::string> TextsOf(const LogView& view) {
  std::vector<std::string> texts;
  for (const ViewedLine& line : view.lines)
    texts.push_back(line.text.substr(line.text.find(']') + 1));
  return texts;
}

using Texts = std::vector<std::string>;

// Numbered lines, and where each begins.
struct Numbered {
  explicit Numbered(int lines) {
    for (int i = 0; i < lines; ++i) {
      begins.push_back(std::ssize(text));
      text += Line(i % 100 == 0 ? "ERROR" : "INFO", "line " + std::to_string(i));
    }
  }
  std::string text;
  std::vector<std::int64_t> begins;
};

TEST(LogViewTest, ShowsLinesWithPlaceLevelAndTime) {
  const std::string first = Line("WARN", "careful");
  const LogView view = ViewLogAfter(BytesOf(first + "  at Foo\n"), kJob, 0, 10, {});
  ASSERT_EQ(view.lines.size(), 2U);
  EXPECT_EQ(view.lines[0].offset, 0);
  EXPECT_EQ(view.lines[0].bytes, std::ssize(first));
  EXPECT_EQ(view.lines[0].level, LogLevel::kWarn);
  EXPECT_EQ(view.lines[0].time, FromEpochMillis(1'540'000'000'120));
  EXPECT_EQ(view.lines[0].text + "\n", first);
  EXPECT_EQ(view.lines[1].offset, std::ssize(first));
  EXPECT_EQ(view.lines[1].level, LogLevel::kWarn) << "that of the message it belongs to";
  EXPECT_EQ(view.lines[1].time, std::nullopt);
  EXPECT_EQ(view.lines[1].text, "  at Foo");
  EXPECT_EQ(view.begin, 0);
  EXPECT_EQ(view.end, std::ssize(first) + 9);
  EXPECT_TRUE(view.complete);
}

TEST(LogViewTest, GoesOnFromWhereItEnded) {
  const Numbered log(10'000);
  const LogBytes bytes = BytesOf(log.text);
  std::int64_t from = 0;
  std::size_t seen = 0;
  while (from < bytes.size) {
    const LogView view = ViewLogAfter(bytes, kJob, from, 777, {});
    ASSERT_EQ(view.begin, from);
    for (const ViewedLine& line : view.lines) ASSERT_EQ(line.offset, log.begins[seen++]);
    from = view.end;
  }
  EXPECT_EQ(seen, log.begins.size());
}

TEST(LogViewTest, GoesBackFromWhereItBegan) {
  const Numbered log(10'000);
  const LogBytes bytes = BytesOf(log.text);
  std::int64_t before = bytes.size;
  std::size_t left = log.begins.size();
  while (before > 0) {
    const LogView view = ViewLogBefore(bytes, kJob, before, 777, {});
    ASSERT_EQ(view.end, before);
    for (auto line = view.lines.rbegin(); line != view.lines.rend(); ++line)
      ASSERT_EQ(line->offset, log.begins[--left]);
    before = view.begin;
  }
  EXPECT_EQ(left, 0U);
}

TEST(LogViewTest, APlaceWithinALineIsTheNextOneForwardsAndItsBeginBackwards) {
  const Numbered log(3);
  const LogBytes bytes = BytesOf(log.text);
  const std::int64_t within = log.begins[1] + 3;
  EXPECT_EQ(TextsOf(ViewLogAfter(bytes, kJob, within, 9, {})), Texts{" line 2"});
  EXPECT_EQ(TextsOf(ViewLogBefore(bytes, kJob, within, 9, {})), Texts{" line 0"});
  EXPECT_EQ(ViewLogAfter(bytes, kJob, log.begins[1], 9, {}).begin, log.begins[1]);
  EXPECT_TRUE(ViewLogAfter(bytes, kJob, 1 << 20, 9, {}).lines.empty());
  EXPECT_EQ(ViewLogBefore(bytes, kJob, 1 << 20, 9, {}).lines.size(), 3U);
}

TEST(LogViewTest, FindsTextInAnyCaseInBothDirections) {
  const Numbered log(10'000);
  const LogBytes bytes = BytesOf(log.text);
  const LogFilter filter{.text = "LINE 77"};  // 77, 770-779, 7700-7799
  EXPECT_EQ(CountLogLines(bytes, kJob, 0, bytes.size, filter).lines, 111);
  const LogView forward = ViewLogAfter(bytes, kJob, 0, 2, filter);
  EXPECT_EQ(TextsOf(forward), (Texts{" line 77", " line 770"}));
  EXPECT_EQ(forward.end, log.begins[771]);
  const LogView backward = ViewLogBefore(bytes, kJob, bytes.size, 2, filter);
  EXPECT_EQ(TextsOf(backward), (Texts{" line 7798", " line 7799"}));
  EXPECT_EQ(backward.begin, log.begins[7798]);
}

TEST(LogViewTest, ShowsOnlyALevelAndAboveWithTheRestOfItsMessages) {
  const std::string text = Line("INFO", "a") + " rest of a\n" + Line("ERROR", "b") +
                           " rest of b\n" + Line("DEBUG", "c") + Line("WARN", "d");
  const LogBytes bytes = BytesOf(text);
  const LogFilter warnings{.level = LogLevel::kWarn};
  EXPECT_EQ(TextsOf(ViewLogAfter(bytes, kJob, 0, 9, warnings)), (Texts{" b", " rest of b", " d"}));
  EXPECT_EQ(TextsOf(ViewLogBefore(bytes, kJob, 1000, 9, warnings)),
            (Texts{" b", " rest of b", " d"}));
  const LogFilter rest{.level = LogLevel::kWarn, .text = "rest"};
  EXPECT_EQ(TextsOf(ViewLogAfter(bytes, kJob, 0, 9, rest)), Texts{" rest of b"});
  const auto rest_of_b = static_cast<std::int64_t>(text.find(" rest of b"));
  EXPECT_EQ(TextsOf(ViewLogAfter(bytes, kJob, rest_of_b, 1, warnings)), Texts{" rest of b"})
      << "the level comes from a line before the view";
}

TEST(LogViewTest, WhatLooksLikeAHeadOfAnotherJobBeginsNoMessage) {
  const std::string other = "ERROR 2018-10-20T01:46:40 [j2] x\n";
  const LogView view = ViewLogAfter(BytesOf(Line("INFO", "a") + other), kJob, 0, 9, {});
  EXPECT_EQ(view.lines[1].level, LogLevel::kInfo);
}

TEST(LogViewTest, ALineThatIsStillWrittenIsNotThereYet) {
  const std::string text = Line("INFO", "a") + "INFO 2018";
  EXPECT_EQ(ViewLogAfter(BytesOf(text), kJob, 0, 9, {}).lines.size(), 1U);
  EXPECT_EQ(ViewLogBefore(BytesOf(text), kJob, 1000, 9, {}).lines.size(), 1U);
  EXPECT_EQ(ViewLogAfter(BytesOf(text, true), kJob, 0, 9, {}).lines.size(), 2U);
  EXPECT_EQ(ViewLogBefore(BytesOf(text, true), kJob, 1000, 9, {}).lines.size(), 2U);
}

TEST(LogViewTest, ALongLineIsShownCutAtACharacter) {
  std::string message = "x";
  for (int i = 0; i < 400'000; ++i) message += "ü";
  const std::string text = Line("INFO", message) + Line("INFO", "next");
  for (const LogView& view : {ViewLogAfter(BytesOf(text), kJob, 0, 9, {}),
                              ViewLogBefore(BytesOf(text), kJob, 1 << 30, 9, {})}) {
    ASSERT_EQ(view.lines.size(), 2U);
    EXPECT_TRUE(view.lines[0].cut);
    EXPECT_EQ(view.lines[0].bytes, std::ssize(Line("INFO", message)));
    EXPECT_LE(view.lines[0].text.size(), 64U << 10);
    EXPECT_TRUE(view.lines[0].text.ends_with("ü"));
    EXPECT_FALSE(view.lines[1].cut);
  }
}

TEST(LogViewTest, ReadsABoundedNumberOfBytesAndGoesOn) {
  // 80 MiB of which the test keeps one block.
  constexpr std::int64_t kSize = 80 << 20;
  const std::string usual = Line("INFO", std::string(85, 'x'));
  ASSERT_EQ(usual.size(), 119U);
  std::int64_t read = 0;
  const LogBytes bytes{kSize / 119 * 119,
                       [&](std::int64_t offset, std::size_t wanted) {
                         std::string piece;
                         while (piece.size() < wanted + 119) piece += usual;
                         read += static_cast<std::int64_t>(wanted);
                         return piece.substr(static_cast<std::size_t>(offset % 119), wanted);
                       },
                       true};
  const LogFilter filter{.text = "nowhere"};
  int calls = 0;
  for (std::int64_t from = 0; from < bytes.size; ++calls) {
    read = 0;
    const LogView view = ViewLogAfter(bytes, kJob, from, 9, filter);
    EXPECT_LT(read, 80 << 20);
    EXPECT_EQ(view.complete, view.end == bytes.size);
    ASSERT_GT(view.end, from);
    from = view.end;
  }
  EXPECT_EQ(calls, 3);
  for (std::int64_t before = bytes.size; before > 0; ++calls) {
    const LogView view = ViewLogBefore(bytes, kJob, before, 9, filter);
    ASSERT_LT(view.begin, before);
    before = view.begin;
  }
  EXPECT_EQ(calls, 6);
  const LogCount count = CountLogLines(bytes, kJob, 0, bytes.size, {.text = "XXX"});
  EXPECT_FALSE(count.complete);
  EXPECT_EQ(count.lines, count.end / 119);
}

TEST(LogViewTest, AnEmptyLogHasNoLines) {
  EXPECT_TRUE(ViewLogAfter(BytesOf(""), kJob, 0, 9, {}).lines.empty());
  EXPECT_TRUE(ViewLogBefore(BytesOf(""), kJob, 0, 9, {}).lines.empty());
  EXPECT_EQ(CountLogLines(BytesOf(""), kJob, 0, 0, {}).lines, 0);
  EXPECT_TRUE(ViewLogAfter(BytesOf("half"), kJob, 0, 9, {}).lines.empty());
}

}  // namespace
}  // namespace mist
