#include "cli/terminal.h"

#include <istream>
#include <ostream>

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mist::cli {
namespace {

// What the signal handler writes. A handler can be given nothing but globals.
const char* volatile hint_text = nullptr;
volatile std::size_t hint_size = 0;

void PrintHintAndExit(int) {
  // Nothing can be done about a failed write here.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, hint_text, hint_size);
  _exit(128 + SIGINT);
}

void OnInterrupt(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

std::optional<TerminalSize> OutputTerminal() {
  winsize size = {};
  if (!IsTerminal(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  if (size.ws_col == 0) return {};
  return TerminalSize{size.ws_col, size.ws_row};
}

bool IsTerminal(int descriptor) {
  return isatty(descriptor) != 0;
}

bool Confirm(std::istream& in, std::ostream& err, const std::string& question) {
  err << question << " [y/N]: " << std::flush;
  std::string answer;
  std::getline(in, answer);
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes" || answer == "YES";
}

InterruptHint::InterruptHint(std::string text) : text_("\n" + std::move(text) + "\n") {
  hint_text = text_.data();
  hint_size = text_.size();
  OnInterrupt(PrintHintAndExit);
}

InterruptHint::~InterruptHint() {
  OnInterrupt(SIG_DFL);
}

}  // namespace mist::cli
