#include "master/services/broker_job_service.h"

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/test_points.h"
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
          "", id};
}

// Also when the master is stopping: the job has been handed over in either case.
Refusal NotEndedYet(const JobId& id) {
  return {Refusal::Kind::kUnavailable,
          "The server was not able to produce a timely response to your request.\nJob " + id.value +
              " goes on; ask for it instead of calling again",
          "", id};
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

bool IsSameCall(const StartJob& request, const Job& job) {
  return request.function == job.call.function && request.arguments == job.arguments;
}

Refusal KeyOfAnother(const Job& first) {
  return {Refusal::Kind::kConflict,
          "The key of this request is that of another one, which started job " + first.id.value +
              "; a new request needs a new key",
          ""};
}

Outcome<JobId> FromAccepted(JobId id, const std::optional<AnswerBody>& answer) {
  if (!answer) return MasterStopped(id);
  if (const auto* refused = std::get_if<JobRefused>(&*answer)) return FromRefused(*refused);
  return id;
}

Outcome<EndedJob> FromEnd(const JobId& id, const std::optional<AnswerBody>& answer) {
  if (!answer) return NotEndedYet(id);
  if (const auto* refused = std::get_if<JobRefused>(&*answer)) return FromRefused(*refused);
  const auto& ended = std::get<JobEnded>(*answer);
  return EndedJob{ended.job, ended.cancel_reason};
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
  std::optional<NameHold> hold;
  if (request.key) hold.emplace(starting_, request.key->text);
  auto prepared = PrepareNew(std::move(request));
  if (auto* refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
  if (const auto* first = std::get_if<FirstJob>(&prepared)) return first->job.id;
  auto& job = std::get<Job>(prepared);
  JobId id = job.id;

  CallerTicket accepted(callers_);
  broker_.Post(JobRequested{std::move(job), false, accepted.Id(), {}});
  return FromAccepted(std::move(id), accepted.Wait());
}

std::vector<Outcome<JobId>> BrokerJobService::StartAll(std::vector<StartJob> requests) {
  std::map<std::string, std::size_t> first_of_key;  // sorted: two callers never wait for each other
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].key) first_of_key.emplace(requests[i].key->text, i);
  }
  std::deque<NameHold> holds;
  for (const auto& [key, first] : first_of_key) holds.emplace_back(starting_, key);

  std::vector<Outcome<JobId>> outcomes(requests.size());
  std::vector<std::pair<std::size_t, std::size_t>> repeats;  // a request, the one that it repeats
  std::map<std::size_t, CallerTicket> tickets;
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (const auto& key = requests[i].key; key && first_of_key[key->text] != i) {
      repeats.emplace_back(i, first_of_key[key->text]);
      continue;
    }
    auto job = PrepareNew(std::move(requests[i]));
    if (auto* refusal = std::get_if<Refusal>(&job)) {
      outcomes[i] = std::move(*refusal);
    } else if (auto* first = std::get_if<FirstJob>(&job)) {
      outcomes[i] = first->job.id;
    } else {
      auto& fresh = std::get<Job>(job);
      outcomes[i] = fresh.id;
      const auto [ticket, added] = tickets.try_emplace(i, callers_);
      inputs.emplace_back(JobRequested{std::move(fresh), false, ticket->second.Id(), {}});
    }
  }
  broker_.PostAll(std::move(inputs));

  for (auto& [i, ticket] : tickets) {
    outcomes[i] = FromAccepted(std::get<JobId>(outcomes[i]), ticket.Wait());
  }
  for (const auto& [repeat, first] : repeats) outcomes[repeat] = outcomes[first];
  return outcomes;
}

Outcome<EndedJob> BrokerJobService::StartAndWait(StartJob request) {
  std::optional<NameHold> hold;
  if (request.key) hold.emplace(starting_, request.key->text);
  auto prepared = PrepareNew(std::move(request));
  if (auto* refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
  if (auto* first = std::get_if<FirstJob>(&prepared)) {
    hold.reset();
    return WaitForEnd(std::move(first->job));
  }
  auto& job = std::get<Job>(prepared);
  const JobId id = job.id;

  CallerTicket accepted(callers_);
  CallerTicket ended(callers_);
  const auto on_accepted = hold ? std::optional(accepted.Id()) : std::nullopt;
  // A request with a key may be repeated after a kill of the master, and must find its job then.
  const bool dispatch_before_commit = !hold;
  broker_.Post(JobRequested{std::move(job), dispatch_before_commit, on_accepted, ended.Id()});
  if (hold) {
    std::ignore = accepted.Wait();
    hold.reset();
  }
  return FromEnd(id, ended.WaitLong(options_.longest_wait));
}

Outcome<EndedJob> BrokerJobService::AwaitEnd(const JobId& id) {
  auto stored = store_.FindJob(id);
  if (!stored) return NotFound("Job " + id.value + " not found");
  return WaitForEnd(std::move(*stored));
}

Outcome<EndedJob> BrokerJobService::WaitForEnd(Job job) {
  const JobId id = job.id;
  if (IsTerminal(job.state)) return AsEnded(std::move(job));
  CallerTicket ended(callers_);
  broker_.Post(WaitRequested{id, ended.Id()});
  const auto answer = ended.WaitLong(options_.longest_wait);
  if (!answer || !std::holds_alternative<NoSuchJob>(*answer)) return FromEnd(id, answer);
  auto stored = store_.FindJob(id);  // it has ended in between
  if (!stored || !IsTerminal(stored->state)) return NotEndedYet(id);
  return AsEnded(std::move(*stored));
}

EndedJob BrokerJobService::AsEnded(Job job) const {
  std::string reason;
  if (job.state == JobState::kCancelled) {
    reason = "its log tells why";  // of one that another Mist has cancelled
    for (JobStep& step : store_.JobCourse(job.id)) {
      if (step.kind == JobEvent::Kind::kCancelling) reason = std::move(step.reason);
    }
  }
  return {std::make_shared<const Job>(std::move(job)), std::move(reason)};
}

std::variant<Job, BrokerJobService::FirstJob, Refusal> BrokerJobService::PrepareNew(
    StartJob request) {
  if (IsPlanted("no-duplicate-check")) request.key.reset();
  if (request.key) {
    if (auto first = store_.FindJobByKey(request.key->text)) {
      const bool kept = !request.key->kept || clock_.Wall() < first->created + *request.key->kept;
      if (kept && !IsSameCall(request, *first)) return KeyOfAnother(*first);
      if (kept) return FirstJob{std::move(*first)};
      store_.Write({ForgetRequestKey{first->id}});
    }
  }
  auto prepared = Prepare(std::move(request));
  if (auto* refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
  return std::move(std::get<Job>(prepared));
}

std::optional<Job> BrokerJobService::FindEnded(const JobId& id, Timeout limit) {
  auto job = store_.FindJob(id);
  if (!job || IsTerminal(job->state)) return job;
  CallerTicket ended(callers_);
  broker_.Post(WaitRequested{id, ended.Id()});
  std::ignore = ended.WaitLong(limit);
  return store_.FindJob(id);
}

Outcome<EndedJob> BrokerJobService::Cancel(const JobId& id) {
  auto stored = store_.FindJob(id);
  if (!stored) return NotFound("Job " + id.value + " not found");
  if (IsTerminal(stored->state)) {
    return EndedJob{std::make_shared<const Job>(std::move(*stored)), ""};
  }
  CallerTicket ticket(callers_);
  broker_.Post(CancelRequested{id, ticket.Id()});
  const auto answer = ticket.WaitLong({});
  if (!answer) return MasterStopped(id);
  if (std::holds_alternative<NoSuchJob>(*answer)) return NotAlive(id);
  if (const auto* refused = std::get_if<JobRefused>(&*answer)) return FromRefused(*refused);
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
  auto found = request.unregistered ? functions_.FindCallable(*request.unregistered)
                                    : functions_.FindCallable(request.function);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  const auto& function = std::get<CallableFunction>(found);
  // Contexts that nobody has defined get the default settings under their own name.
  ContextName context = request.context.value_or(function.config.default_context);
  if (const std::string problem = CheckName(context.value); !problem.empty()) {
    return InvalidArgument("Can not use this context: " + problem);
  }
  if (auto refusal = CheckContext(context)) return *refusal;
  if (auto refusal = CheckCall(function, request.arguments)) return *refusal;

  Job job;
  job.created = clock_.Wall();
  job.id = JobId{NewUuid7(job.created)};
  job.call = ToCall(function);
  job.context = std::move(context);
  job.arguments = std::move(request.arguments);
  job.external_id = std::move(request.external_id);
  job.source = request.source;
  if (request.key) job.request_key = std::move(request.key->text);
  job.reply_topic = std::move(request.reply_topic);
  job.start_timeout = request.start_timeout;
  job.perform_timeout = request.perform_timeout;
  job.retry = request.retry.CompletedBy(function.config.retry);
  return job;
}

// A refusal, not a failure: a message that asks for it must not be tried again for ever.
std::optional<Refusal> BrokerJobService::CheckContext(const ContextName& context) {
  try {
    std::ignore = contexts_.Find(context);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kCorrupt) throw;
    return Refusal{Refusal::Kind::kFailed, error.what(), ""};
  }
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

std::optional<JobWaits> BrokerJobService::WhyWaits(const JobId& id) {
  CallerTicket ticket(callers_);
  broker_.Post(WaitReasonRequested{id, ticket.Id()});
  auto answer = ticket.Wait();
  if (!answer || !std::holds_alternative<JobWaits>(*answer)) return std::nullopt;
  return std::get<JobWaits>(std::move(*answer));
}

std::shared_ptr<const SparkProgress> BrokerJobService::Progress(const JobId& id) {
  CallerTicket ticket(callers_);
  broker_.Post(ProgressRequested{id, ticket.Id()});
  const auto answer = ticket.Wait();
  const auto* known = answer ? std::get_if<JobProgress>(&*answer) : nullptr;
  return known == nullptr ? nullptr : known->progress;
}

}  // namespace mist
