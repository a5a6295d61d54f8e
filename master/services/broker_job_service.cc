#include "master/services/broker_job_service.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "contexts/argument_check.h"
#include "contexts/names.h"
#include "master/broker/job_state.h"
#include "master/services/refusals.h"

namespace mist {
namespace {

Refusal MasterStopped(const JobId& id) {
  return {Refusal::Kind::kUnavailable,
          "The master is stopping; how job " + id.value +
              " ends can be asked when it has started again",
          ""};
}

// Also when the master is stopping: the job has been handed over in either case.
Refusal NotEndedYet(const JobId& id) {
  return {Refusal::Kind::kUnavailable,
          "The server was not able to produce a timely response to your request.\nJob " + id.value +
              " goes on; ask for it instead of calling again",
          ""};
}

Refusal FromRefused(const JobRefused& refused) {
  switch (refused.reason) {
    case JobRefused::Reason::kQueueFull:
      return {Refusal::Kind::kBusy, refused.message, ""};
    case JobRefused::Reason::kShuttingDown:
      return {Refusal::Kind::kUnavailable, refused.message, ""};
    case JobRefused::Reason::kDiskFull:
      break;
  }
  return {Refusal::Kind::kDiskFull, refused.message, ""};
}

FunctionCall ToCall(const CallableFunction& function) {
  return {function.config.name,     function.artifact.name,       function.artifact.sha1,
          function.artifact.sha256, function.artifact.file.bytes, function.config.class_name,
          function.schema->language};
}

// A failed job's result is a JSON string.
std::string FailureText(const Job& job) {
  if (!job.result) return "";
  const auto json = nlohmann::json::parse(job.result->value, nullptr, /*allow_exceptions=*/false);
  return json.is_string() ? json.get<std::string>() : job.result->value;
}

// How a job that was alive when its cancel was asked has ended.
Outcome<EndedJob> CancelOutcome(const JobEnded& ended) {
  switch (ended.job->state) {
    case JobState::kFinished:
      return IllegalState("Job " + ended.job->id.value + " was completed");
    case JobState::kFailed:
      return IllegalState(FailureText(*ended.job));
    default:
      return EndedJob{ended.job, ended.cancel_reason};
  }
}

}  // namespace

BrokerJobService::BrokerJobService(StoredFunctionService& functions, ContextService& contexts,
                                   FunctionInspector& inspector, Store& store, BrokerInbox& broker,
                                   CallerTable& callers, Clock& clock, JobServiceOptions options)
    : functions_(functions),
      contexts_(contexts),
      inspector_(inspector),
      store_(store),
      broker_(broker),
      callers_(callers),
      clock_(clock),
      options_(options) {}

Outcome<JobId> BrokerJobService::Start(StartJob request) {
  auto prepared = Prepare(std::move(request));
  if (auto* refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
  auto& job = std::get<Job>(prepared);
  JobId id = job.id;

  CallerTicket ticket(callers_);
  broker_.Post(JobRequested{std::move(job), /*dispatch_before_commit=*/false, ticket.Id(), {}});
  const auto answer = ticket.Wait();
  if (!answer) return MasterStopped(id);
  if (const auto* refused = std::get_if<JobRefused>(&*answer)) return FromRefused(*refused);
  return id;
}

Outcome<EndedJob> BrokerJobService::StartAndWait(StartJob request) {
  auto prepared = Prepare(std::move(request));
  if (auto* refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
  auto& job = std::get<Job>(prepared);
  const JobId id = job.id;

  CallerTicket ticket(callers_);
  broker_.Post(JobRequested{std::move(job), /*dispatch_before_commit=*/true, {}, ticket.Id()});
  const auto answer = ticket.WaitFor(options_.longest_wait);
  if (!answer) return NotEndedYet(id);
  if (const auto* refused = std::get_if<JobRefused>(&*answer)) return FromRefused(*refused);
  const auto& ended = std::get<JobEnded>(*answer);
  return EndedJob{ended.job, ended.cancel_reason};
}

Outcome<EndedJob> BrokerJobService::Cancel(const JobId& id) {
  auto stored = store_.FindJob(id);
  if (!stored) return NotFound("Job " + id.value + " not found");
  if (IsTerminal(stored->state)) {
    return EndedJob{std::make_shared<const Job>(std::move(*stored)), ""};
  }
  CallerTicket ticket(callers_);
  broker_.Post(CancelRequested{id, ticket.Id()});
  const auto answer = ticket.Wait();
  if (!answer) return MasterStopped(id);
  if (std::holds_alternative<NoSuchJob>(*answer)) return NotAlive(id);
  return CancelOutcome(std::get<JobEnded>(*answer));
}

// It ended between the look-up and the cancel, or nobody works on it any more.
Outcome<EndedJob> BrokerJobService::NotAlive(const JobId& id) {
  auto stored = store_.FindJob(id);
  if (!stored) return NotFound("Job " + id.value + " not found");
  if (IsTerminal(stored->state)) {
    return EndedJob{std::make_shared<const Job>(std::move(*stored)), ""};
  }
  if (contexts_.Find(stored->context)) return IllegalState("Unknown job: " + id.value);
  return IllegalState("Can't cancel job on stopped/unknown context");
}

Outcome<Job> BrokerJobService::Prepare(StartJob request) {
  auto found = functions_.FindCallable(request.function);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  const auto& function = std::get<CallableFunction>(found);
  // Contexts that nobody has defined get the default settings under their own name.
  ContextName context = request.context.value_or(function.config.default_context);
  if (const std::string problem = CheckName(context.value); !problem.empty()) {
    return InvalidArgument("Can not use this context: " + problem);
  }
  if (auto refusal = CheckCall(function, request.arguments)) return *refusal;

  Job job;
  job.created = clock_.Wall();
  job.id = JobId{NewUuid7(job.created)};
  job.call = ToCall(function);
  job.context = std::move(context);
  job.arguments = std::move(request.arguments);
  job.external_id = std::move(request.external_id);
  job.source = request.source;
  job.start_timeout = request.start_timeout;
  job.perform_timeout = request.perform_timeout;
  return job;
}

std::optional<Refusal> BrokerJobService::CheckCall(const CallableFunction& function,
                                                   const JsonText& arguments) {
  const std::string problem = CheckArguments(*function.schema, arguments);
  if (!problem.empty()) return InvalidArgument(problem);
  if (function.schema->has_validators) return AskValidators(function, arguments);
  return std::nullopt;
}

// The wait ends, because the inspector answers every request.
std::optional<Refusal> BrokerJobService::AskValidators(const CallableFunction& function,
                                                       const JsonText& arguments) {
  auto answered = std::make_shared<std::promise<ValidateResult>>();
  inspector_.Validate(function.inspected, arguments, [answered](ValidateResult result) {
    answered->set_value(std::move(result));
  });
  const ValidateResult result = answered->get_future().get();
  if (const auto* problem = std::get_if<InspectionProblem>(&result)) return FromProblem(*problem);
  if (const auto* no_answer = std::get_if<NoAnswer>(&result)) return FromNoAnswer(*no_answer);
  const auto& failure = std::get<Validation>(result).failure;
  return failure ? std::optional(InvalidArgument(*failure)) : std::nullopt;
}

}  // namespace mist
