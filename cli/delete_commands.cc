#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

// One kind of thing that can be deleted.
struct Deletable {
  const char* name;
  const char* path;
  const char* help;
  const char* consequence;
};

constexpr Deletable kDeletables[] = {
    {"function", "functions", "Delete a function; its jobs and their logs stay",
     "It can be called no more"},
    {"context", "contexts", "Delete a context; its workers end when their jobs have ended",
     "Its functions will run with the default settings"},
    {"artifact", "artifacts", "Delete an artifact", "Functions that need it can be called no more"},
};

void RunDelete(Session& session, const Deletable& kind, const std::string& name) {
  ApiClient client = session.Connect();
  const std::string title = std::string(kind.name) + " " + name;
  if (!session.Confirmed(std::string(kind.consequence) + ". Are you sure you want to delete " +
                         title + "?")) {
    return;
  }
  client.Delete(ApiPath({kind.path, name})).RequireOk();
  if (session.options.json) {
    session.PrintJson({{kind.name, name}, {"deleted", true}});
  } else {
    session.out << "Deleted " << title << "\n";
  }
}

}  // namespace

void AddDeleteCommands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("delete", "Delete a function, a context or an artifact");
  group->require_subcommand(1);
  group->fallthrough();
  for (const Deletable& kind : kDeletables) {
    auto name = std::make_shared<std::string>();
    CLI::App* command = group->add_subcommand(kind.name, kind.help);
    command->add_option("NAME", *name, std::string("Name of the ") + kind.name)->required();
    command->footer(std::string("Example:\n  mist-cli -y delete ") + kind.name + " hello");
    command->callback([&session, &kind, name] { RunDelete(session, kind, *name); });
  }
}

}  // namespace mist::cli
