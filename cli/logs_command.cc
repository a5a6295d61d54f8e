#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/job_log.h"
#include "cli/log_line.h"
#include "cli/session.h"
#include "cli/terminal.h"

namespace mist::cli {
namespace {

struct LogsOptions {
  std::string job_id;
  bool follow = false;
};

void RunLogs(Session& session, const LogsOptions& options) {
  ApiClient client = session.Connect();
  const LineSink print = [&session](std::string_view line) {
    if (session.options.json) {
      session.PrintJson(LogLineJson(line));
    } else {
      session.out << line << "\n";
    }
    session.out.flush();
  };
  if (options.follow) {
    const InterruptHint hint("The job goes on. Follow it again with: " +
                             CommandPrefix(client.Address()) + " logs " + options.job_id + " -f");
    FollowJob(client, options.job_id, print);
    return;
  }
  JobLog log(client, options.job_id);
  log.ReadNewLines(print);
  log.Finish(print);
}

}  // namespace

void AddLogsCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<LogsOptions>();
  CLI::App* command = app.add_subcommand("logs", "Show the log of a job");
  command->add_option("JOB", options->job_id, "Id of the job")->required();
  command->add_flag("-f,--follow", options->follow, "Go on until the job ends");
  command->footer("Example:\n  mist-cli logs 0192f0c1-7c5e-7aaa-8bbb-0123456789ab --follow");
  command->callback([&session, options] { RunLogs(session, *options); });
}

}  // namespace mist::cli
