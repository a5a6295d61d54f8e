#include "cli/help_formatter.h"

#include <sstream>

namespace mist::cli {
namespace {

constexpr std::size_t kNarrow = 60;
constexpr std::size_t kTitleColumns = 26;
constexpr std::size_t kTitleColumnsNarrow = 6;  // descriptions below their titles

// Commands that only group others are no commands for people.
void ListCommands(const CLI::App& app, const std::string& prefix, std::size_t columns,
                  std::ostringstream& text) {
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string title = prefix + command->get_name();
    if (command->get_subcommands({}).empty()) {
      CLI::detail::format_help(text, title, command->get_description(), columns);
    } else {
      ListCommands(*command, title + " ", columns, text);
    }
  }
}

// Where the second column begins; else a little behind the line's own beginning.
std::size_t IndentOf(const std::string& line) {
  const std::size_t start = line.find_first_not_of(' ');
  const std::size_t gap = line.find("  ", start);
  const std::size_t second = gap == std::string::npos ? gap : line.find_first_not_of(' ', gap);
  return second == std::string::npos ? start : second;
}

std::string WrapLine(std::string line, std::size_t width) {
  std::string wrapped;
  const std::size_t indent = IndentOf(line);
  while (line.size() > width) {
    const std::size_t blank = line.rfind(' ', width);
    if (blank == std::string::npos || blank <= indent) break;
    wrapped += line.substr(0, blank) + "\n";
    line = std::string(indent, ' ') + line.substr(blank + 1);
  }
  return wrapped + line + "\n";
}

}  // namespace

HelpFormatter::HelpFormatter(std::size_t width) : width_(width) {
  column_width(width < kNarrow ? kTitleColumnsNarrow : kTitleColumns);
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  return WrapHelp(CLI::Formatter::make_help(app, std::move(name), mode), width_);
}

std::string HelpFormatter::make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const {
  if (mode != CLI::AppFormatMode::Normal || app->get_subcommands({}).empty()) return "";
  std::ostringstream text;
  text << "\nCommands:\n";
  const std::string prefix = app->get_parent() == nullptr ? "" : app->get_name() + " ";
  ListCommands(*app, prefix, get_column_width(), text);
  return text.str();
}

std::string WrapHelp(const std::string& text, std::size_t width) {
  std::string wrapped;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool is_command = line.starts_with("  mist-cli ");
    wrapped += is_command ? line + "\n" : WrapLine(line, width);
  }
  return wrapped;
}

}  // namespace mist::cli
