// Inside of the HOCON reader: what people are told about a broken file. cpp-hocon says what is
// wrong but mostly not where; a file of some hundred lines needs its line.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace mist {

struct ScannedHocon {
  std::string text;  // as the library is given it: with the lines of the file
  std::optional<std::size_t> unclosed_line;  // of the innermost bracket that nothing closes
};

// What the library says against a text; empty when it takes it.
using HoconProblem = std::function<std::string(const std::string& text)>;

// "conf/a.conf:3: <problem>", or without the line when it cannot be found. `message` is what the
// library threw for the file.
std::string DescribeHoconError(const std::string& name, const ScannedHocon& scanned,
                               const std::string& message, const HoconProblem& problem_of);

}  // namespace mist
