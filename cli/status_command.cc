#include <ostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
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
    session.err << "Error: " << e.what() << "\n";
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
  app.add_subcommand("status", "Show the versions of Mist, Spark and Java")->callback([&session] {
    RunStatus(session);
  });
}

}  // namespace mist::cli
