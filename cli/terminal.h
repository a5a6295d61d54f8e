// The person at the terminal: how wide it is, what they confirm, and what they see at Ctrl-C.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

namespace mist::cli {

// Columns of standard output, or nullopt when it is not a terminal.
std::optional<std::size_t> TerminalWidth();

// Asks "<question> [y/N]: " on `err` and reads one line; only y or yes is a yes.
bool Confirm(std::istream& in, std::ostream& err, const std::string& question);

// While it lives, Ctrl-C prints the text on standard error and ends the process with 130 (128 +
// SIGINT, as a shell expects). At most one at a time; main thread.
class InterruptHint {
 public:
  explicit InterruptHint(std::string text);
  ~InterruptHint();
  InterruptHint(const InterruptHint&) = delete;
  InterruptHint& operator=(const InterruptHint&) = delete;

 private:
  const std::string text_;
};

}  // namespace mist::cli
