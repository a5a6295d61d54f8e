#include "master/logs/log_view.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text_search.h"

namespace mist {
namespace {

constexpr std::size_t kBlockBytes = 256 << 10;
constexpr std::int64_t kMaxReadBytes = 32 << 20;   // in one call
constexpr std::size_t kMaxShownBytes = 8 << 20;    // of all lines of a view
constexpr std::size_t kMaxLineBytes = 64 << 10;    // shown of one line
constexpr std::int64_t kLevelLookBack = 64 << 10;  // for the message that a line is the rest of

std::size_t CutAtCharacter(std::string_view text, std::size_t bytes) {
  const auto continues = [&] { return (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80; };
  while (bytes > 0 && continues()) --bytes;
  return bytes;
}

// Whole lines somewhere in the log.
struct Block {
  std::string bytes;
  std::int64_t begin = 0;

  std::int64_t End() const { return begin + std::ssize(bytes); }
};

class Viewer {
 public:
  Viewer(const LogBytes& log, const JobId& job, const LogFilter& filter)
      : log_(log), job_(job), filter_(filter), text_(filter.text), end_(FindEnd()) {}

  std::int64_t End() const { return end_; }

  // The first offset at or after this one where a line begins.
  std::int64_t LineAtOrAfter(std::int64_t offset) const {
    offset = std::clamp<std::int64_t>(offset, 0, end_);
    if (offset == 0) return 0;
    for (std::int64_t at = offset - 1; at < end_;) {
      const std::string bytes = log_.read(at, kBlockBytes);
      const std::size_t newline = bytes.find('\n');
      if (newline != std::string::npos) return at + static_cast<std::int64_t>(newline) + 1;
      if (bytes.empty()) break;
      at += std::ssize(bytes);
    }
    return end_;
  }

  std::int64_t LineAtOrBefore(std::int64_t offset) const {
    offset = std::clamp<std::int64_t>(offset, 0, end_);
    return offset == end_ ? end_ : BeginOfLine(offset);
  }

  // From the begin of a line on; at least one line, unless it is longer than a call may read.
  Block ReadForward(std::int64_t begin, std::int64_t end) const {
    for (std::size_t size = kBlockBytes;; size *= 2) {
      const auto wanted = std::min(static_cast<std::int64_t>(size), end - begin);
      Block block{log_.read(begin, static_cast<std::size_t>(wanted)), begin};
      const bool cut_off = std::ssize(block.bytes) < wanted;
      if (cut_off || block.End() >= end || std::ssize(block.bytes) >= kMaxReadBytes) return block;
      const std::size_t newline = block.bytes.rfind('\n');
      if (newline == std::string::npos) continue;
      block.bytes.resize(newline + 1);
      return block;
    }
  }

  // Calls take(line) for the lines from the begin of one on, until it returns false, the end is
  // reached or as much was read as one call may read. Returns how far it came.
  struct Walk {
    std::int64_t end = 0;
    bool complete = true;  // not stopped by what one call may read
  };
  template <typename Take>
  Walk WalkForward(std::int64_t begin, std::int64_t end, Take take) {
    Walk walk{begin};
    bool wants_more = true;
    while (wants_more && walk.end < end) {
      walk.complete = walk.end - begin < kMaxReadBytes;
      if (!walk.complete) break;
      const Block block = ReadForward(walk.end, end);
      if (block.bytes.empty()) break;
      walk.end = Scan(block, [&](auto&&... facts) { return wants_more = take(facts...); });
    }
    return walk;
  }

  // Up to the begin of a line, or the end of the log.
  Block ReadBackward(std::int64_t end) const {
    for (std::size_t size = kBlockBytes;; size *= 2) {
      const std::int64_t begin = std::max<std::int64_t>(end - static_cast<std::int64_t>(size), 0);
      Block block{log_.read(begin, static_cast<std::size_t>(end - begin)), begin};
      if (begin == 0 || std::ssize(block.bytes) >= kMaxReadBytes) return block;
      const std::size_t newline = block.bytes.find('\n');
      if (newline + 1 >= block.bytes.size()) continue;  // also when there is none
      block.bytes.erase(0, newline + 1);
      block.begin += static_cast<std::int64_t>(newline) + 1;
      return block;
    }
  }

  // Calls take(line) for the lines of a block that fit, until it returns false. Returns how far it
  // came.
  template <typename Take>
  std::int64_t Scan(const Block& block, Take take) {
    const std::string_view bytes = block.bytes;
    std::size_t known = 0;  // the level of what is before is known
    LogLevel level = LevelBefore(block.begin);
    std::size_t at = 0;
    while (at < bytes.size()) {
      std::size_t begin = at;
      if (!filter_.text.empty()) {
        const std::size_t found = text_.FindIn(bytes, at);
        if (found == std::string_view::npos) break;
        const std::size_t newline = bytes.substr(0, found).rfind('\n');
        begin = newline == std::string_view::npos ? 0 : newline + 1;
      }
      const std::size_t end = std::min(bytes.find('\n', begin), bytes.size() - 1) + 1;
      const std::string_view line = TrimNewline(bytes.substr(begin, end - begin));
      const auto head = ParseLogHead(job_, line);
      level = head ? head->level : LastLevel(bytes.substr(known, begin - known), level);
      known = end;
      at = end;
      if (level < filter_.level) continue;
      const auto offset = block.begin + static_cast<std::int64_t>(begin);
      if (!take(offset, static_cast<std::int64_t>(end - begin), line, level, head))
        return block.begin + static_cast<std::int64_t>(end);
    }
    last_level_ = LastLevel(bytes.substr(known), level);
    last_level_at_ = block.End();
    return block.End();
  }

 private:
  // A line without a newline at the end may still be written.
  std::int64_t FindEnd() const {
    if (log_.ended || log_.size == 0) return log_.size;
    if (log_.read(log_.size - 1, 1) == "\n") return log_.size;
    return BeginOfLine(log_.size);
  }

  // Of the line that the byte before the offset belongs to, or of the one that begins there.
  std::int64_t BeginOfLine(std::int64_t offset) const {
    for (std::int64_t end = offset; end > 0;) {
      const std::int64_t begin = std::max<std::int64_t>(end - kBlockBytes, 0);
      const std::string bytes = log_.read(begin, static_cast<std::size_t>(end - begin));
      const std::size_t newline = bytes.rfind('\n');
      if (newline != std::string::npos) return begin + static_cast<std::int64_t>(newline) + 1;
      end = begin;
    }
    return 0;
  }

  static std::string_view TrimNewline(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
  }

  // The level of the last message that begins in these lines.
  LogLevel LastLevel(std::string_view lines, LogLevel otherwise) const {
    while (!lines.empty()) {
      const std::size_t newline =
          lines.size() < 2 ? std::string_view::npos : lines.rfind('\n', lines.size() - 2);
      const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
      if (const auto head = ParseLogHead(job_, TrimNewline(lines.substr(begin))))
        return head->level;
      lines = lines.substr(0, begin);
    }
    return otherwise;
  }

  LogLevel LevelBefore(std::int64_t offset) const {
    if (last_level_at_ == offset) return last_level_;
    const std::int64_t begin = std::max<std::int64_t>(offset - kLevelLookBack, 0);
    return LastLevel(log_.read(begin, static_cast<std::size_t>(offset - begin)), LogLevel::kInfo);
  }

  const LogBytes& log_;
  const JobId& job_;
  const LogFilter& filter_;
  const CaselessText text_;
  const std::int64_t end_;
  // Of the last message before an offset, when that was found out.
  LogLevel last_level_ = LogLevel::kInfo;
  std::int64_t last_level_at_ = -1;
};

ViewedLine ViewOf(std::int64_t offset, std::int64_t bytes, std::string_view line, LogLevel level,
                  const std::optional<LogHead>& head) {
  ViewedLine viewed{offset, bytes, level, {}, std::string(line), line.size() > kMaxLineBytes};
  if (head) viewed.time = head->time;
  if (viewed.cut) viewed.text.resize(CutAtCharacter(viewed.text, kMaxLineBytes));
  return viewed;
}

std::size_t ShownBytes(const std::vector<ViewedLine>& lines) {
  std::size_t bytes = 0;
  for (const ViewedLine& line : lines) bytes += line.text.size();
  return bytes;
}

}  // namespace

LogView ViewLogAfter(const LogBytes& log, const JobId& job, std::int64_t from, std::size_t limit,
                     const LogFilter& filter) {
  Viewer viewer(log, job, filter);
  LogView view;
  view.begin = viewer.LineAtOrAfter(from);
  std::size_t shown = 0;
  const auto walk = viewer.WalkForward(view.begin, viewer.End(), [&](auto&&... facts) {
    view.lines.push_back(ViewOf(facts...));
    shown += view.lines.back().text.size();
    return view.lines.size() < limit && shown < kMaxShownBytes;
  });
  view.end = walk.end;
  view.complete = walk.complete;
  return view;
}

LogView ViewLogBefore(const LogBytes& log, const JobId& job, std::int64_t before, std::size_t limit,
                      const LogFilter& filter) {
  Viewer viewer(log, job, filter);
  LogView view;
  view.begin = view.end = viewer.LineAtOrBefore(before);
  std::size_t shown = 0;
  while (view.begin > 0 && view.lines.size() < limit && shown < kMaxShownBytes) {
    view.complete = view.end - view.begin < kMaxReadBytes;
    if (!view.complete) break;
    const Block block = viewer.ReadBackward(view.begin);
    std::vector<ViewedLine> found;
    viewer.Scan(block, [&](auto&&... facts) {
      found.push_back(ViewOf(facts...));
      return true;
    });
    const std::size_t taken = std::min(found.size(), limit - view.lines.size());
    view.begin = taken == found.size() ? block.begin : (found.end() - taken)->offset;
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(taken));
    shown += ShownBytes(found);
    view.lines.insert(view.lines.begin(), std::make_move_iterator(found.begin()),
                      std::make_move_iterator(found.end()));
  }
  return view;
}

LogCount CountLogLines(const LogBytes& log, const JobId& job, std::int64_t from, std::int64_t to,
                       const LogFilter& filter) {
  Viewer viewer(log, job, filter);
  LogCount count;
  const auto walk =
      viewer.WalkForward(viewer.LineAtOrAfter(from), viewer.LineAtOrBefore(to), [&](auto&&...) {
        ++count.lines;
        return true;
      });
  count.end = walk.end;
  count.complete = walk.complete;
  return count;
}

}  // namespace mist
