// The person at the terminal: how large it is, what they confirm, and what they see at Ctrl-C.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

namespace mist::cli {

struct TerminalSize {
  std::size_t columns;
  std::size_t rows;
};

// Of standard output, as it is now; nullopt when it is not a terminal.
std::optional<TerminalSize> OutputTerminal();

bool IsTerminal(int descriptor);

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
