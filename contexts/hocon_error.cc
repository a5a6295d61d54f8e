#include "contexts/hocon_error.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

namespace mist {
namespace {

using Line = std::optional<std::size_t>;

std::size_t LineAt(const std::string& text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
  return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

// The library itself counts lines for characters that strings must not hold.
Line FromMessage(std::string_view message) {
  constexpr std::string_view kHead = "Line ";
  if (!message.starts_with(kHead)) return {};
  std::size_t line = 0;
  const char* digits = message.data() + kHead.size();
  const auto [end, error] = std::from_chars(digits, message.data() + message.size(), line);
  return error == std::errc() ? Line(line) : std::nullopt;
}

// Substitutions are resolved when the whole file was read: the message names "${the.path}".
Line OfSubstitution(const std::string& text, const std::string& message) {
  const std::size_t start = message.find("${");
  const std::size_t end = message.find('}', start);
  if (start == std::string::npos || end == std::string::npos) return {};
  const std::size_t found = text.find(message.substr(start, end + 1 - start));
  return found == std::string::npos ? Line() : Line(LineAt(text, found));
}

// The library reads from left to right and stops at the first problem. So every beginning of the
// text that holds the bad line fails with the same words, and no shorter one does.
Line OfSyntax(const ScannedHocon& scanned, const HoconProblem& problem_of) {
  const std::string whole = problem_of(scanned.text);
  if (whole.empty()) return {};  // an included file is broken
  const bool at_the_end = whole.find("end of file") != std::string::npos ||
                          whole.find("End of input") != std::string::npos;
  if (at_the_end && scanned.unclosed_line) return scanned.unclosed_line;

  std::vector<std::size_t> ends;  // of the lines
  for (std::size_t at = scanned.text.find('\n'); at != std::string::npos;
       at = scanned.text.find('\n', at + 1)) {
    ends.push_back(at + 1);
  }
  const auto bad = std::partition_point(ends.begin(), ends.end(), [&](std::size_t end) {
    return problem_of(scanned.text.substr(0, end)) != whole;
  });
  return static_cast<std::size_t>(bad - ends.begin()) + 1;
}

// Without the library's own name of the source and without advice that does not help here, on one
// line.
std::string Tidy(std::string message, const std::string& name) {
  for (const std::string& head :
       {"file: " + name + ": ", std::string("string: "), std::string("String: ")}) {
    if (message.starts_with(head)) message.erase(0, head.size());
  }
  if (FromMessage(message)) message.erase(0, message.find(": ") + 2);
  constexpr std::string_view kAdvice =
      ", or you may be able to rename the file .properties rather than .conf";
  if (const std::size_t at = message.find(kAdvice); at != std::string::npos) {
    message.erase(at, kAdvice.size());
  }
  constexpr std::string_view kMisspelt = "subtitution";
  if (const std::size_t at = message.find(kMisspelt); at != std::string::npos) {
    message.replace(at, kMisspelt.size(), "substitution");
  }
  std::string one_line;
  for (const char c : message) one_line += c == '\n' ? "line break" : std::string(1, c);
  return one_line;
}

}  // namespace

std::string DescribeHoconError(const std::string& name, const ScannedHocon& scanned,
                               const std::string& message, const HoconProblem& problem_of) {
  Line line = FromMessage(message);
  if (!line) line = OfSyntax(scanned, problem_of);
  if (!line) line = OfSubstitution(scanned.text, message);
  return name + (line ? ":" + std::to_string(*line) : "") + ": " + Tidy(message, name);
}

}  // namespace mist
