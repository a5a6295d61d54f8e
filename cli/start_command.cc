#include <cerrno>
#include <fstream>
#include <limits>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "base/duration.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/job_log.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "contexts/retry_settings.h"
#include "contexts/setting_values.h"
#include "contexts/utf8.h"

namespace mist::cli {
namespace {

using nlohmann::json;

struct StartOptions {
  std::string function;
  std::string request = "{}";
  std::string context;
  std::string external_id;
  std::string start_timeout;
  std::string perform_timeout;
  std::string retries;
  std::string retry_on;
  std::string retry_backoff;
  bool pretty = false;
  bool no_wait = false;
  bool follow = false;
};

// The arguments as text: they go to the master as they are, with every digit of their numbers.
std::string ReadRequest(const std::string& request) {
  std::string text = request;
  if (request.starts_with('@')) {
    std::ifstream file(request.substr(1), std::ios::binary);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf())) {
      throw SystemError(errno, "reading the request from " + request.substr(1));
    }
    text = WithoutByteOrderMark(content.str());
  }
  if (!json::accept(text)) {
    throw Error(ErrorCode::kInvalidInput,
                "REQUEST is not JSON: " + text.substr(0, 200) +
                    "\nWrite it as '{\"argument\": value}', or as @file to read it from a file");
  }
  return text;
}

Query CallQuery(const StartOptions& options, bool wait_for_result) {
  Query query;
  if (wait_for_result) query.emplace_back("force", "true");
  const std::pair<const char*, const std::string&> given[] = {
      {"context", options.context},
      {"externalId", options.external_id},
      {"startTimeout", options.start_timeout},
      {"performTimeout", options.perform_timeout},
      {"retries", options.retries},
      {"retryOn", options.retry_on},
      {"retryBackoff", options.retry_backoff},
  };
  for (const auto& [name, value] : given) {
    if (!value.empty()) query.emplace_back(name, value);
  }
  return query;
}

// The JobResult that a waiting caller would have got.
json ResultOf(const json& job) {
  const std::string status = job.value("status", "");
  const json result = job.value("jobResult", json());
  if (status == "finished")
    return {{"success", true}, {"payload", result}, {"errors", json::array()}};
  const json error = result.is_string() ? result : json("Job was " + status);
  return {{"success", false}, {"payload", json::object()}, {"errors", json::array({error})}};
}

void PrintResult(Session& session, const std::string& text, const json& result, bool pretty) {
  if (pretty) {
    session.out << result.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  } else {
    session.out << text << "\n";
  }
  if (!result.is_object() || !result.value("success", false)) {
    session.exit_code = ExitCode::kFailed;
  }
}

void CallAndWait(Session& session, ApiClient& client, const StartOptions& options,
                 const std::string& path, const std::string& request) {
  if (!session.options.timeout_seconds) client.WaitWithoutLimit();
  const HttpAnswer answer = client.Post(path, CallQuery(options, true), request);
  PrintResult(session, answer.body, answer.Json(), options.pretty);
}

// The log goes to standard error, so that standard output holds the result alone.
void Follow(Session& session, ApiClient& client, const std::string& job_id, bool pretty) {
  session.err << "Job " << job_id << "\n" << std::flush;
  const InterruptHint hint("The job goes on. Follow it again with: " +
                           CommandPrefix(client.Address()) + " logs " + job_id + " -f");
  const json result = ResultOf(FollowJob(client, job_id, [&session](std::string_view line) {
    session.err << line << "\n" << std::flush;
  }));
  PrintResult(session, result.dump(-1, ' ', false, json::error_handler_t::replace), result, pretty);
}

void RunStart(Session& session, const StartOptions& options) {
  const std::string request = ReadRequest(options.request);
  ApiClient client = session.Connect();
  const std::string path = ApiPath({"functions", options.function, "jobs"});
  if (!options.follow && !options.no_wait) {
    CallAndWait(session, client, options, path, request);
    return;
  }
  const HttpAnswer accepted = client.Post(path, CallQuery(options, false), request);
  const std::string job_id = accepted.Json().value("id", "");
  if (options.follow) {
    Follow(session, client, job_id, options.pretty);
  } else {
    session.out << (session.options.json ? accepted.body : job_id) << "\n";
  }
}

// Refuses what the master would refuse, with an example beside.
std::string DurationProblem(const std::string& text) {
  if (ParseTimeout(text)) return "";
  return "'" + text + "' is no duration: write 30s, 10 minutes, 1h or Inf";
}

std::string BackoffProblem(const std::string& text) {
  if (ParseRetryBackoff(text)) return "";
  return "'" + text + "' is no duration: write 30s, 10 minutes or 1h";
}

std::string RetriesProblem(const std::string& text) {
  const auto retries = ParseCount(text);
  if (retries && *retries <= std::numeric_limits<std::int32_t>::max()) return "";
  return "'" + text + "' is not a number from 0 to 2147483647";
}

constexpr char kExamples[] = R"(Examples:
  mist-cli start job hello '{"samples": 1000}' --pretty
  mist-cli start job hello @request.json --follow
  mist-cli start job hello --async --context big --external-id nightly-7
  mist-cli start job hello --start-timeout 5min --perform-timeout '2 hours'
  mist-cli start job hello --retries 2 --retry-on failure --retry-backoff 30s)";

}  // namespace

void AddStartCommand(CLI::App& app, Session& session) {
  CLI::App* start = app.add_subcommand("start", "Call a function");
  start->require_subcommand(1);
  start->fallthrough();

  auto options = std::make_shared<StartOptions>();
  CLI::App* command = start->add_subcommand(
      "job", "Call a function and print its result; exits with 1 when the job fails");
  command->add_option("FUNCTION", options->function, "Name of the function")->required();
  command->add_option("REQUEST", options->request, "Arguments as JSON, or @file")
      ->capture_default_str();
  command->add_flag("--pretty", options->pretty, "Indent the result and sort its keys")
      ->envname("MIST_START_JOB_PRETTY");
  command->add_flag("--async", options->no_wait, "Print the job's id and do not wait for its end");
  command->add_flag("--follow", options->follow,
                    "Show the job's log on standard error while it runs, then the result");
  command->add_option("--context", options->context,
                      "Run in this context instead of the function's own");
  command->add_option("--external-id", options->external_id, "An id of yours, kept with the job");
  command
      ->add_option("--start-timeout", options->start_timeout,
                   "Fail when the job has not started within, for example, 5min")
      ->check(DurationProblem);
  command
      ->add_option("--perform-timeout", options->perform_timeout,
                   "Fail when the job runs longer than, for example, 2h")
      ->check(DurationProblem);
  command
      ->add_option("--retries", options->retries,
                   "Further attempts when the job fails, instead of what function and context say")
      ->option_text("N")
      ->check(RetriesProblem);
  command
      ->add_option("--retry-on", options->retry_on,
                   "What gives it another attempt: worker-lost, or failure (that, or the function "
                   "failed)")
      ->check(CLI::IsMember({"worker-lost", "failure"}));
  command
      ->add_option("--retry-backoff", options->retry_backoff,
                   "Time before the first of them, for example 10s; doubles up to a minute")
      ->check(BackoffProblem);
  command->footer(kExamples);
  command->callback([&session, options] { RunStart(session, *options); });
}

}  // namespace mist::cli
