#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

void KillWorker(Session& session, const std::string& id) {
  ApiClient client = session.Connect();
  if (!session.Confirmed("Are you sure you want to stop worker " + id + "?")) return;
  if (!session.options.json) session.out << "Killing worker " << id << "\n";
  client.Delete(ApiPath({"workers", id})).RequireOk();
  if (session.options.json) session.PrintJson({{"worker", id}, {"stopped", true}});
}

void KillJob(Session& session, const std::string& id) {
  ApiClient client = session.Connect();
  if (!session.Confirmed("Are you sure you want to cancel job " + id + "?")) return;
  if (!session.options.json) session.out << "Killing job " << id << "\n";
  const HttpAnswer answer = client.Delete(ApiPath({"jobs", id}));
  answer.RequireOk();
  if (session.options.json) {
    session.out << answer.body << "\n";
    return;
  }
  session.out << "Killed job " << id << "\n";
  session.Print({{{"Job cancelled"}, {"JOB ID"}}, {{"", id}}});
}

CLI::App* AddKill(CLI::App& kill, Session& session, const char* name, const char* help,
                  void (*run)(Session&, const std::string&)) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = kill.add_subcommand(name, help);
  command->add_option("ID", *id, std::string("Id of the ") + name)->required();
  command->callback([&session, run, id] { run(session, *id); });
  return command;
}

}  // namespace

void AddKillCommands(CLI::App& app, Session& session) {
  CLI::App* kill = app.add_subcommand("kill", "Stop a worker or cancel a job");
  kill->require_subcommand(1);
  kill->fallthrough();
  AddKill(*kill, session, "worker", "Stop a worker; its jobs fail", KillWorker)
      ->footer("Example:\n  mist-cli -y kill worker my-context_1");
  AddKill(*kill, session, "job", "Cancel a job", KillJob)
      ->footer("Example:\n  mist-cli kill job 0192f0c1-7c5e-7aaa-8bbb-0123456789ab");
}

}  // namespace mist::cli
