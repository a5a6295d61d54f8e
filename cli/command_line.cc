#include "cli/command_line.h"

#include <exception>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace mist::cli {
namespace {

constexpr char kFooter[] = R"help(
Examples:
  mist-cli apply -f conf -u ''
  mist-cli start job hello-mist '{"samples": 1000}' --pretty
  mist-cli start job hello-mist @request.json --follow
  mist-cli list jobs --filter started,queued
  mist-cli logs "$(mist-cli start job hello-mist --async)" -f

Exit codes:
  0  done
  1  the answer was no: a job or an entry failed, or a confirmation was refused
  2  could not ask: wrong options, no master at that address, or an HTTP error)help";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--host", options.host, "Host of the master, or user:password@host")
      ->envname("MIST_HOST")
      ->capture_default_str();
  app.add_option("--port", options.port, "HTTP port of the master")
      ->envname("MIST_PORT")
      ->capture_default_str();
  app.add_flag("-y,--yes", options.assume_yes, "Ask for no confirmation")->envname("MIST_YES");
  app.add_flag("-f,--format-table", options.bordered_tables, "Draw borders around tables")
      ->envname("MIST_FORMAT_TABLE");
  app.add_flag("--json", options.json, "Print JSON instead of text and tables");
  app.set_version_flag("--version", "mist-cli, version " MIST_VERSION);
}

int ParseAndRun(int argc, const char* const* argv, Session& session) {
  CLI::App app("Deploys and calls Spark functions on a Mist master.", "mist-cli");
  app.require_subcommand(1);
  app.fallthrough();  // global options are also understood behind a command
  AddGlobalOptions(app, session.options);
  AddApplyCommand(app, session);
  AddListCommands(app, session);
  AddStartCommand(app, session);
  AddLogsCommand(app, session);
  AddKillCommands(app, session);
  AddStatusCommand(app, session);
  app.footer(kFooter);  // last: commands added later would inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& e) {
    const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
    session.err << "Error: "
                << (unknown.empty() ? e.what() : "there is no command '" + unknown.front() + "'")
                << "\nRun with --help for more information.\n";
    return static_cast<int>(ExitCode::kTrouble);
  } catch (const CLI::ParseError& e) {
    const bool asked_for_text = app.exit(e, session.out, session.err) == 0;  // --help, --version
    return static_cast<int>(asked_for_text ? ExitCode::kSuccess : ExitCode::kTrouble);
  }
  session.out.flush();
  return static_cast<int>(session.exit_code);
}

}  // namespace

int Run(int argc, const char* const* argv, Session& session) noexcept {
  try {
    return ParseAndRun(argc, argv, session);
  } catch (const std::exception& e) {
    session.out.flush();
    session.err << "Error: " << e.what() << "\n";
    return static_cast<int>(ExitCode::kTrouble);
  }
}

}  // namespace mist::cli
