#include "cli/command_line.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <ios>
#include <limits>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/completion_command.h"
#include "cli/help_formatter.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

constexpr char kFooter[] = R"help(
Examples:
  mist-cli apply -f conf -u ''
  mist-cli deploy -f conf -u ''
  mist-cli start job hello-mist '{"samples": 1000}' --pretty
  mist-cli start job hello-mist @request.json --follow
  mist-cli list jobs --filter started,queued --watch
  mist-cli logs "$(mist-cli start job hello-mist --async)" -f

Exit codes:
  0  done
  1  the answer was no: a job or an entry failed, or a confirmation was refused
  2  could not ask: wrong options, no master at that address, or an HTTP error)help";

constexpr std::size_t kHelpColumns = 80;

template <typename Number>
std::string NumberProblem(const std::string& text, Number least, Number most,
                          const std::string& expected) {
  Number number = {};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end && number >= least && number <= most) return "";
  return "must be " + expected + ", got '" + text + "'";
}

// Whether the number is a port is asked by whoever connects: help needs none.
std::string PortProblem(const std::string& text) {
  using Limits = std::numeric_limits<int>;
  return NumberProblem(text, Limits::min(), Limits::max(), "a number from 1 to 65535");
}

std::string TimeoutProblem(const std::string& text) {
  return NumberProblem(text, 0.001, 1e6, "a number of seconds from 0.001 to 1000000");
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--host", options.host, "Host of the master, or user:password@host")
      ->envname("MIST_HOST")
      ->capture_default_str();
  app.add_option("--port", options.port, "HTTP port of the master")
      ->envname("MIST_PORT")
      ->check(PortProblem)
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_seconds,
                 "Seconds to wait for an answer; default: 130, and without end for a job's result")
      ->envname("MIST_TIMEOUT")
      ->option_text("SECONDS (Env:MIST_TIMEOUT)")
      ->check(TimeoutProblem);
  app.add_flag("-y,--yes", options.assume_yes, "Ask for no confirmation")->envname("MIST_YES");
  app.add_flag("-f,--format-table", options.bordered_tables, "Draw borders around tables")
      ->envname("MIST_FORMAT_TABLE");
  app.add_flag("--json", options.json, "Print JSON instead of text and tables");
  app.set_version_flag("--version", "mist-cli, version " MIST_VERSION);
}

void AddCommands(CLI::App& app, Session& session) {
  app.require_subcommand(1);
  app.fallthrough();  // global options are also understood behind a command
  app.formatter(
      std::make_shared<HelpFormatter>(session.terminal ? session.terminal->columns : kHelpColumns));
  AddGlobalOptions(app, session.options);
  AddApplyCommand(app, session);
  AddDeployCommand(app, session);
  AddUploadCommand(app, session);
  AddListCommands(app, session);
  AddShowCommands(app, session);
  AddStartCommand(app, session);
  AddLogsCommand(app, session);
  AddKillCommands(app, session);
  AddRepairCommand(app, session);
  AddDeleteCommands(app, session);
  AddStatusCommand(app, session);
  AddCompletionCommand(app, session);
  app.footer(kFooter);  // last: commands added later would inherit it
}

// Who reads of a wrong value looks for it on the command line; it may stand in the environment.
std::string WithVariable(const CLI::App& app, const std::string& problem) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string variable = option->get_envname();
    if (variable.empty()) continue;
    const char* const value =
        std::getenv(variable.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
    const bool is_its_value = value != nullptr && problem.starts_with(option->get_name() + ": ") &&
                              problem.ends_with(", got '" + std::string(value) + "'");
    if (is_its_value) return problem + " (from " + variable + ")";
  }
  return problem;
}

int Refuse(Session& session, const std::string& problem) {
  session.err << session.err_style.Bad("Error: ") << PrintableText(problem)
              << "\nRun with --help for more information.\n";
  return static_cast<int>(ExitCode::kTrouble);
}

int ParseAndRun(int argc, const char* const* argv, Session& session) {
  CLI::App app("Deploys and calls Spark functions on a Mist master.", "mist-cli");
  AddCommands(app, session);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.size() >= 2 && words[0] == "complete-words" && words[1] == "--") {
    PrintCandidates(session, app, {words.begin() + 2, words.end()});
    session.out.flush();
    return static_cast<int>(ExitCode::kSuccess);
  }
  if (AnswerVariable(session, app)) {
    session.out.flush();
    return static_cast<int>(ExitCode::kSuccess);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& e) {
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    return Refuse(session,
                  unknown.empty() ? e.what() : "there is no command '" + unknown.front() + "'");
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) return Refuse(session, WithVariable(app, e.what()));
    app.exit(e, session.out, session.err);  // --help, --version
  }
  session.out.flush();
  return static_cast<int>(session.exit_code);
}

// Whoever read the output has enough of it, or it cannot be stored.
int OutputFailed(Session& session, int error) {
  constexpr int kEndedBySigpipe = 128 + 13;   // as a shell counts it
  session.out.exceptions(std::ios::goodbit);  // what is left is written once more at exit
  if (error == EPIPE) return kEndedBySigpipe;
  session.err << session.err_style.Bad("Error: ")
              << SystemError(error, "writing to standard output").what() << "\n";
  return static_cast<int>(ExitCode::kTrouble);
}

}  // namespace

int Run(int argc, const char* const* argv, Session& session) noexcept {
  session.out.exceptions(std::ios::badbit);
  try {
    return ParseAndRun(argc, argv, session);
  } catch (const std::ios_base::failure&) {
    return OutputFailed(session, errno);
  } catch (const std::exception& e) {
    session.out.exceptions(std::ios::goodbit);
    session.out.flush();
    session.err << session.err_style.Bad("Error: ") << PrintableText(e.what()) << "\n";
    return static_cast<int>(ExitCode::kTrouble);
  }
}

}  // namespace mist::cli
