#include <csignal>
#include <iostream>

#include <unistd.h>

#include "cli/command_line.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  // A reader or a master that is gone is a failed write, not the end of the process in silence.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  mist::cli::Session session{std::cin,
                             std::cout,
                             std::cerr,
                             mist::cli::OutputTerminal(),
                             mist::cli::StyleOf(STDOUT_FILENO),
                             mist::cli::StyleOf(STDERR_FILENO),
                             mist::cli::IsTerminal(STDERR_FILENO)};
  return mist::cli::Run(argc, argv, session);
}
