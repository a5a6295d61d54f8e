#include "master/workers/worker_link.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "base/log.h"
#include "master/workers/job_commands.h"
#include "master/workers/refusal.h"
#include "worker_protocol/worker_constants.h"

namespace mist {

using protocol::RefusalCode;

WorkerLink::WorkerLink(WorkerId id, ContextConfig config, std::string secret, bool driver_is_child,
                       WorkerLinkOptions options, BrokerInbox& inbox)
    : id_(std::move(id)),
      config_(std::move(config)),
      driver_is_child_(driver_is_child),
      options_(options),
      secret_(std::move(secret)),
      inbox_(inbox),
      attempts_(options.max_result_bytes),
      log_pressure_(std::make_shared<LogPressure>()),
      reported_(inbox),
      job_reports_(id_, options.max_result_bytes, attempts_, log_pressure_, reported_) {}

void WorkerLink::Adopt(const std::vector<SendRun>& attempts) {
  for (const SendRun& run : attempts) attempts_.Begin(run.attempt, run.arguments);
  MutexLock lock(mu_);
  phase_ = Phase::kReturning;
  last_call_ = SystemClock().Mono();
}

// ---- the broker's side --------------------------------------------------------------------------

void WorkerLink::Run(SendRun effect) {
  protocol::Command command = ToCommand(effect);
  attempts_.Begin(effect.attempt, std::move(effect.arguments));
  commands_.Push(std::move(command));
}

void WorkerLink::Cancel(SendCancel effect) {
  commands_.Push(ToCommand(effect));
}

void WorkerLink::Stop(SendStop effect) {
  commands_.Push(ToCommand(effect));
}

void WorkerLink::ReportsAreDurable(std::int64_t through) {
  durable_through_ = through;
}

// ---- the worker's side --------------------------------------------------------------------------

WorkerLink::Registration WorkerLink::Register(const protocol::Hello& hello,
                                              const std::string& address) {
  if (hello.protocol_version != protocol::g_worker_constants.kProtocolVersion) {
    throw Refused(RefusalCode::WRONG_VERSION,
                  "the master speaks version " +
                      std::to_string(protocol::g_worker_constants.kProtocolVersion) +
                      " of the protocol, the worker " + std::to_string(hello.protocol_version) +
                      ": install the mist-worker jar of this master");
  }
  if (!SecretsEqual(hello.secret, secret_)) {
    throw Refused(RefusalCode::WRONG_SECRET, "the secret is not that of worker " + id_.value);
  }
  MutexLock order(order_mu_);
  MutexLock lock(mu_);
  if (phase_ == Phase::kEnded)
    throw Refused(RefusalCode::UNKNOWN_WORKER, "worker " + id_.value + " was given up");
  session_ = commands_.BeginSession();
  connections_ = 0;
  last_call_ = connections_gone_ = SystemClock().Mono();
  if (phase_ == Phase::kReturning) {
    WelcomeBack(hello);
  } else if (phase_ == Phase::kStarting) {
    phase_ = Phase::kRegistered;
    inbox_.Post(WorkerRegistered{id_});
  }
  address_ = address;
  Registration result{session_, WelcomeLocked()};
  result.welcome.received_through = received_through_;
  return result;
}

AttemptRef WorkerLink::RefOf(const protocol::AttemptId& id) const {
  return {id_, JobId{id.job_id}, id.attempt};
}

// The reports that were called durable are not kept anywhere; all others come again.
void WorkerLink::WelcomeBack(const protocol::Hello& hello) {
  received_through_ = hello.next_report - 1;
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  homecoming_ = Homecoming{hello.__isset.last_report ? hello.last_report : kNever, attempts_.All()};
  WorkerReturned returned{id_, {}};
  for (std::size_t i = 0; i < hello.running.size(); ++i) {
    const AttemptRef attempt = RefOf(hello.running[i]);
    if (std::erase(homecoming_->missing, hello.running[i]) == 0) {
      commands_.Push(ToCommand(SendCancel{attempt, "the attempt is over"}));
    } else {
      returned.running.push_back(
          {attempt, Millis(i < hello.running_ms.size() ? hello.running_ms[i] : 0)});
    }
  }
  if (hello.__isset.ready) {
    phase_ = Phase::kReady;
    if (hello.ready.__isset.spark_ui) spark_ui_ = hello.ready.spark_ui;
    inbox_.Post(std::move(returned));
  } else {
    phase_ = Phase::kRegistered;
    inbox_.Post(WorkerRegistered{id_});
  }
  log::Info("worker_returned",
            {{"worker", id_.value}, {"jobs", std::to_string(hello.running.size())}});
  TellUnknownAttempts(inbox_);
}

void WorkerLink::TellUnknownAttempts(BrokerInbox& to) {
  if (!homecoming_ || received_through_ < homecoming_->last_report) return;
  const Homecoming home = *std::exchange(homecoming_, {});
  for (const protocol::AttemptId& id : home.missing) {
    if (attempts_.End(id)) to.Post(AttemptUnknown{RefOf(id)});
  }
}

protocol::Commands WorkerLink::NextCommands(std::int64_t session, std::int64_t confirmed_through,
                                            Millis wait) {
  Touch(session);
  const Millis allowed = std::clamp(wait, Millis(0), options_.poll);
  auto taken = commands_.Take(session, confirmed_through, SystemClock().Mono() + allowed);
  if (const auto* refusal = std::get_if<CommandQueue::Refusal>(&taken)) {
    if (*refusal == CommandQueue::Refusal::kStaleSession) throw StaleSession();
    throw BadRequest("command " + std::to_string(confirmed_through) +
                     " was confirmed but never sent");
  }
  auto& batch = std::get<CommandQueue::Batch>(taken);
  protocol::Commands reply;
  reply.commands = std::move(batch.commands);
  reply.last_command = batch.last;
  reply.durable_through = durable_through_;
  return reply;
}

protocol::ReportReply WorkerLink::Report(std::int64_t session,
                                         const std::vector<protocol::Report>& reports) {
  {
    MutexLock order(order_mu_);
    Touch(session);
    const InputGroup::Gathering gathering(reported_);
    const std::int64_t before = received_through_;
    for (const protocol::Report& report : reports) TakeReport(report);
    if (received_through_ > before) reported_.Post(ReportsReceived{id_, DurableAtMost()});
    TellUnknownAttempts(reported_);
  }
  log_pressure_->WaitUntilWritten();
  protocol::ReportReply reply;
  reply.durable_through = durable_through_;
  return reply;
}

std::int64_t WorkerLink::DurableAtMost() const {
  const std::optional<std::int64_t> result = attempts_.FirstResultReport();
  return result ? std::min(*result - 1, received_through_) : received_through_;
}

std::string WorkerLink::ReadArguments(std::int64_t session, const protocol::AttemptId& id,
                                      std::int64_t offset, std::int32_t max_bytes) {
  Touch(session);
  const std::shared_ptr<const JsonText> arguments = attempts_.Arguments(id);
  if (arguments == nullptr) {
    throw Refused(RefusalCode::NO_SUCH_ATTEMPT,
                  "attempt " + std::to_string(id.attempt) + " of job " + id.job_id + " is over");
  }
  if (offset < 0 || max_bytes <= 0) throw BadRequest("offset and max_bytes must be positive");
  const std::string& text = arguments->value;
  if (static_cast<std::uint64_t>(offset) >= text.size()) return {};
  return text.substr(
      static_cast<std::size_t>(offset),
      static_cast<std::size_t>(std::min(max_bytes, protocol::g_worker_constants.kChunkBytes)));
}

void WorkerLink::Touch(std::int64_t session) {
  MutexLock lock(mu_);
  CheckSessionLocked(session);
  last_call_ = SystemClock().Mono();
}

void WorkerLink::Attach(std::int64_t session) {
  MutexLock lock(mu_);
  if (session == session_) ++connections_;
}

// The connection whose call waits for commands does not see that its peer is gone. When another one
// of the session ends, the peer probably is: the call returns, and then reading tells. A worker
// that lives polls again.
void WorkerLink::Detach(std::int64_t session) {
  {
    MutexLock lock(mu_);
    if (session != session_) return;
    if (--connections_ == 0) connections_gone_ = SystemClock().Mono();
  }
  commands_.EndWaiting();
}

void WorkerLink::TakeReport(const protocol::Report& report) {
  if (report.number <= received_through_) return;
  if (report.number != received_through_ + 1) {
    throw BadRequest("report " + std::to_string(report.number) + " came after " +
                     std::to_string(received_through_));
  }
  const protocol::ReportBody& body = report.body;
  if (body.__isset.ready) {
    TakeReady(body.ready);
  } else if (body.__isset.start_failed) {
    TakeStartFailed(body.start_failed);
  } else if (body.__isset.stopping) {
    TakeStopping();
  } else if (!job_reports_.Take(body, report.number)) {
    throw BadRequest("report " + std::to_string(report.number) +
                     " has no body that this master knows");
  }
  received_through_ = report.number;
}

void WorkerLink::TakeReady(const protocol::Ready& report) {
  MutexLock lock(mu_);
  if (phase_ != Phase::kRegistered) return;
  phase_ = Phase::kReady;
  if (report.__isset.spark_ui) spark_ui_ = report.spark_ui;
  reported_.Post(WorkerReady{id_});
}

void WorkerLink::TakeStartFailed(const protocol::StartFailed& report) {
  MutexLock lock(mu_);
  // Says more than the exit code of a process that may have ended already.
  doom_ =
      Doom{SystemClock().Mono(), "Worker " + id_.value + " instantiation failed:" + report.message};
}

void WorkerLink::TakeStopping() {
  MutexLock lock(mu_);
  if (phase_ == Phase::kReady) phase_ = Phase::kStopping;
}

void WorkerLink::CheckSessionLocked(std::int64_t session) const {
  if (phase_ == Phase::kEnded || session != session_) throw StaleSession();
}

protocol::Welcome WorkerLink::WelcomeLocked() const {
  protocol::Welcome welcome;
  welcome.context = config_.name.value;
  welcome.jobs_per_worker =
      config_.worker_mode == WorkerMode::kShared ? config_.jobs_per_worker : 1;
  welcome.max_artifact_bytes = options_.max_artifact_bytes;
  welcome.max_result_bytes = options_.max_result_bytes;
  welcome.poll_ms = static_cast<std::int32_t>(options_.poll.count());
  welcome.lease_ms = static_cast<std::int32_t>(options_.lease.count());
  // Only a finite interval makes sense; an infinite one is refused when the context is checked.
  welcome.streaming_duration_ms = std::chrono::duration_cast<Millis>(
                                      config_.streaming_duration.value_or(std::chrono::seconds(1)))
                                      .count();
  welcome.max_log_line_bytes = options_.max_log_line_bytes;
  return welcome;
}

// ---- the end ------------------------------------------------------------------------------------

bool WorkerLink::End(EndKind kind, const std::string& reason) {
  MutexLock order(order_mu_);
  {
    MutexLock lock(mu_);
    if (phase_ == Phase::kEnded) return false;
    const bool was_ready =
        phase_ == Phase::kReady || phase_ == Phase::kStopping || phase_ == Phase::kReturning;
    phase_ = Phase::kEnded;
    if (kind == EndKind::kKilled || was_ready) {
      inbox_.Post(WorkerLost{id_, reason});
    } else {
      inbox_.Post(WorkerStartFailed{id_, reason});
    }
  }
  log::Info("worker_ended", {{"worker", id_.value}, {"reason", reason}});
  Interrupt();
  return true;
}

void WorkerLink::GiveUpWhenDrained(const std::string& reason) {
  MutexLock lock(mu_);
  draining_ = true;
  if (!doom_) doom_ = Doom{SystemClock().Mono() + options_.drain, reason};
}

bool WorkerLink::Ended() const {
  MutexLock lock(mu_);
  return phase_ == Phase::kEnded;
}

bool WorkerLink::EverRegistered() const {
  MutexLock lock(mu_);
  return session_ != 0;
}

std::optional<MonoTime> WorkerLink::NextDeadline() const {
  MutexLock lock(mu_);
  const std::optional<Doom> next = NextDoomLocked();
  return next ? std::optional(next->at) : std::nullopt;
}

std::optional<std::string> WorkerLink::GivenUp(MonoTime now) const {
  MutexLock lock(mu_);
  const std::optional<Doom> next = NextDoomLocked();
  if (!next || next->at > now) return std::nullopt;
  return next->reason;
}

// What follows from having no connection; only for drivers whose process nobody here watches.
std::optional<WorkerLink::Doom> WorkerLink::DoomOfConnectionsLocked() const {
  if (driver_is_child_ || connections_ > 0 || session_ == 0) return std::nullopt;
  if (phase_ == Phase::kStopping) return Doom{connections_gone_, "the worker stopped"};
  return Doom{connections_gone_ + options_.reconnect_grace,
              "the worker's connections are gone and it did not come back within " +
                  Describe(options_.reconnect_grace)};
}

std::optional<WorkerLink::Doom> WorkerLink::NextDoomLocked() const {
  if (phase_ == Phase::kEnded) return std::nullopt;
  if (draining_ && connections_ == 0) return Doom{connections_gone_, doom_->reason};
  if (doom_) return doom_;
  if (phase_ == Phase::kStarting) return std::nullopt;
  Doom next{last_call_ + options_.lease, "the worker did not call for " + Describe(options_.lease)};
  if (auto gone = DoomOfConnectionsLocked(); gone && gone->at < next.at) next = std::move(*gone);
  return next;
}

std::optional<WorkerInfo> WorkerLink::ReadyInfo() const {
  MutexLock lock(mu_);
  if (phase_ != Phase::kReady && phase_ != Phase::kStopping) return std::nullopt;
  return WorkerInfo{id_, config_.name, address_, spark_ui_, config_};
}

void WorkerLink::Interrupt() {
  commands_.Close();
  log_pressure_->Close();
}

}  // namespace mist
