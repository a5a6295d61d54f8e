// The master's end of the conversation with one worker, from the moment it is started until it is
// gone: secret and session, commands, reports, life.
//
// What the broker hears about a worker comes from here, in order: WorkerRegistered, WorkerReady,
// what it reports about jobs, and at the end exactly one of WorkerStartFailed and WorkerLost. Of a
// worker that was started by an earlier run of the master (Adopted) it hears WorkerReturned in
// place of the first two, when the worker was ready before, and at the end WorkerLost.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "contexts/context_config.h"
#include "master/broker/inbox.h"
#include "master/broker/input_group.h"
#include "master/services/services.h"
#include "master/workers/command_queue.h"
#include "master/workers/job_reports.h"
#include "master/workers/log_pressure.h"
#include "master/workers/running_attempts.h"
#include "worker_protocol/worker_types.h"

namespace mist {

struct WorkerLinkOptions {
  Millis poll{20'000};   // a worker's wait in nextCommands; well below the lease
  Millis lease{60'000};  // without any call for so long a worker counts as lost
  Millis reconnect_grace{
      10'000};  // a driver whose process is not ours, with all connections gone, counts as lost
  Millis drain{
      2'000};  // after its process has ended, for reports that are still in its connections
  std::int64_t max_artifact_bytes = 250 << 20;
  std::int64_t max_result_bytes = 64 << 20;
  std::int32_t max_log_line_bytes = 1 << 20;
};

// Any thread. Only Report() and NextCommands() block. Calls of the worker throw protocol::Refused.
class WorkerLink {
 public:
  // driver_is_child: the driver is a process of this host, whose owner sees it end.
  WorkerLink(WorkerId id, ContextConfig config, std::string secret, bool driver_is_child,
             WorkerLinkOptions options, BrokerInbox& inbox);

  // For a worker of an earlier run: the attempts that it may have. Before it can dial in.
  void Adopt(const std::vector<SendRun>& attempts);

  const WorkerId& Id() const { return id_; }
  bool DriverIsChild() const { return driver_is_child_; }

  // ---- the broker's side ----
  void Run(SendRun effect);
  void Cancel(SendCancel effect);
  void Stop(SendStop effect);
  void ReportsAreDurable(std::int64_t through);

  // ---- the worker's side; `session` is the number that Register() gave ----
  struct Registration {
    std::int64_t session = 0;
    protocol::Welcome welcome;
  };
  [[nodiscard]] Registration Register(const protocol::Hello& hello, const std::string& address)
      EXCLUDES(order_mu_, mu_);
  [[nodiscard]] protocol::Commands NextCommands(std::int64_t session,
                                                std::int64_t confirmed_through, Millis wait)
      EXCLUDES(mu_);
  [[nodiscard]] protocol::ReportReply Report(std::int64_t session,
                                             const std::vector<protocol::Report>& reports)
      EXCLUDES(order_mu_, mu_);
  [[nodiscard]] std::string ReadArguments(std::int64_t session, const protocol::AttemptId& id,
                                          std::int64_t offset, std::int32_t max_bytes)
      EXCLUDES(mu_);
  // Throws STALE_SESSION unless it is the current session; counts as a sign of life.
  void Touch(std::int64_t session) EXCLUDES(mu_);

  // A connection uses the session from now on, or no longer.
  void Attach(std::int64_t session) EXCLUDES(mu_);
  void Detach(std::int64_t session) EXCLUDES(mu_);

  // ---- the end ----
  enum class EndKind {
    kGone,    // the broker hears WorkerStartFailed when it was not ready yet, else WorkerLost
    kKilled,  // the broker asked for it and hears WorkerLost
  };
  // The last thing that the broker hears about the worker; later calls do nothing. False when it
  // had ended before.
  bool End(EndKind kind, const std::string& reason) EXCLUDES(order_mu_, mu_);
  // The process has ended; what is still in its connections is read before the worker is given up.
  void GiveUpWhenDrained(const std::string& reason) EXCLUDES(mu_);
  bool Ended() const EXCLUDES(mu_);
  bool EverRegistered() const EXCLUDES(mu_);

  // When GivenUp() has to be asked again, as far as can be known now.
  std::optional<MonoTime> NextDeadline() const EXCLUDES(mu_);
  // Why the worker must go: it gave up itself, has not called for too long, or its connections are
  // gone.
  std::optional<std::string> GivenUp(MonoTime now) const EXCLUDES(mu_);

  // What the API shows; nullopt unless the worker is ready.
  std::optional<WorkerInfo> ReadyInfo() const EXCLUDES(mu_);

  // Ends waiting calls: the server stops.
  void Interrupt();

 private:
  enum class Phase { kReturning, kStarting, kRegistered, kReady, kStopping, kEnded };
  struct Doom {
    MonoTime at;
    std::string reason;
  };

  // What an adopted worker says at its first registration.
  struct Homecoming {
    std::int64_t last_report = 0;
    // Those it should have and does not run. What has not ended when that report is here never
    // reached it.
    std::vector<protocol::AttemptId> missing;
  };

  AttemptRef RefOf(const protocol::AttemptId& id) const;
  void WelcomeBack(const protocol::Hello& hello) REQUIRES(order_mu_, mu_);
  void TellUnknownAttempts(BrokerInbox& to) REQUIRES(order_mu_);
  std::int64_t DurableAtMost() const REQUIRES(order_mu_);
  void TakeReport(const protocol::Report& report) REQUIRES(order_mu_) EXCLUDES(mu_);
  void TakeReady(const protocol::Ready& report) REQUIRES(order_mu_) EXCLUDES(mu_);
  void TakeStartFailed(const protocol::StartFailed& report) EXCLUDES(mu_);
  void TakeStopping() EXCLUDES(mu_);
  void CheckSessionLocked(std::int64_t session) const REQUIRES(mu_);
  std::optional<Doom> DoomOfConnectionsLocked() const REQUIRES(mu_);
  std::optional<Doom> NextDoomLocked() const REQUIRES(mu_);
  protocol::Welcome WelcomeLocked() const REQUIRES(mu_);

  const WorkerId id_;
  const ContextConfig config_;
  const bool driver_is_child_;
  const WorkerLinkOptions options_;
  const std::string secret_;

  BrokerInbox& inbox_;  // these synchronize themselves
  CommandQueue commands_;
  RunningAttempts attempts_;
  const std::shared_ptr<LogPressure> log_pressure_;
  std::atomic<std::int64_t> durable_through_ = 0;

  // Held while inputs about this worker are posted (which never blocks), so that the broker hears
  // them in order. Locked before mu_.
  Mutex order_mu_;
  InputGroup reported_ GUARDED_BY(order_mu_);  // by one call of the worker
  JobReports job_reports_ GUARDED_BY(order_mu_);
  std::int64_t received_through_ GUARDED_BY(order_mu_) = 0;
  std::optional<Homecoming> homecoming_ GUARDED_BY(order_mu_);

  mutable Mutex mu_;
  Phase phase_ GUARDED_BY(mu_) = Phase::kStarting;
  std::int64_t session_ GUARDED_BY(mu_) = 0;   // 0: never registered
  MonoTime last_call_ GUARDED_BY(mu_);         // of an adopted one, at first: when it was
  int connections_ GUARDED_BY(mu_) = 0;        // that use the current session
  MonoTime connections_gone_ GUARDED_BY(mu_);  // since when there are none
  std::optional<Doom> doom_ GUARDED_BY(mu_);   // decided for other reasons than silence
  bool draining_ GUARDED_BY(mu_) = false;      // doomed as soon as the connections are gone
  std::string address_ GUARDED_BY(mu_);
  std::optional<std::string> spark_ui_ GUARDED_BY(mu_);
};

}  // namespace mist
