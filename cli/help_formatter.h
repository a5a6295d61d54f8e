// How help texts look: every command on one list, and no line wider than the terminal.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

namespace mist::cli {

class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::size_t width);

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override;

 private:
  const std::size_t width_;
};

// Breaks lines at blanks. The rest of a line begins below its second column, if it has one. Lines
// that are to be copied, with a command or a part of one, stay whole.
std::string WrapHelp(const std::string& text, std::size_t width);

}  // namespace mist::cli
