#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

void RepairContext(Session& session, const std::string& name) {
  const HttpAnswer answer = session.Connect().Post(ApiPath({"contexts", name, "repair"}), {}, "");
  answer.RequireOk();
  if (session.options.json) {
    session.out << answer.body << "\n";
  } else {
    session.out << "Context " << name << " starts workers again\n";
  }
}

}  // namespace

void AddRepairCommand(CLI::App& app, Session& session) {
  CLI::App* repair = app.add_subcommand("repair", "Let a context try again");
  repair->require_subcommand(1);
  repair->fallthrough();
  auto name = std::make_shared<std::string>();
  CLI::App* command = repair->add_subcommand(
      "context",
      "Start workers of a context again whose starts have failed; contexts show tells why");
  command->add_option("NAME", *name, "Name of the context")->required();
  command->footer("Example:\n  mist-cli repair context hello");
  command->callback([&session, name] { RepairContext(session, *name); });
}

}  // namespace mist::cli
