#include <iostream>

#include "cli/command_line.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  mist::cli::Session session{std::cin, std::cout, std::cerr, mist::cli::TerminalWidth()};
  return mist::cli::Run(argc, argv, session);
}
