#include <ostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/printable.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

constexpr char kUnknown[] = "UNKNOWN";

void PrintVersions(const Session& session, const nlohmann::json& status) {
  const nlohmann::json java = status.value("javaVersion", nlohmann::json::object());
  session.out << "Mist version: " << status.value("mistVersion", kUnknown) << "\n"
              << "Spark version: " << status.value("sparkVersion", kUnknown) << "\n"
              << "Java version: " << java.value("runtimeVersion", kUnknown) << "\n";
}

void RunStatus(Session& session) {
  nlohmann::json status = nlohmann::json::object();
  try {
    status = session.Connect().Get(ApiPath({"status"})).Json();
  } catch (const Error& e) {
    session.err << session.err_style.Bad("Error: ") << PrintableText(e.what()) << "\n";
    session.exit_code = ExitCode::kTrouble;
  }
  if (session.options.json) {
    session.PrintJson(status);
  } else {
    PrintVersions(session, status);
  }
}

}  // namespace

void AddStatusCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("status", "Show the versions of Mist, Spark and Java");
  command->footer("Example:\n  mist-cli --host mist.example.org status --json");
  command->callback([&session] { RunStatus(session); });
}

}  // namespace mist::cli
