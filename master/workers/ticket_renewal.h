// Kerberos tickets for what the master starts: kinit with a keytab, at the start and then
// regularly. Spark finds the tickets where kinit puts them, so nobody else has to know of them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/workers/process_starter.h"

namespace mist {

struct TicketRenewalOptions {
  std::string keytab;
  std::string principal;
  Millis interval{std::chrono::hours(1)};
  Millis first_retry{5'000};       // after a failure; doubles, up to the interval
  Millis patience{60'000};         // then a kinit that does not end is killed
  std::filesystem::path log_file;  // what kinit says
};

// Start() and Stop() from one thread; owns one thread between them. The first ticket must be had,
// or the master does not start: a wrong keytab shows at once. A later failure is logged and tried
// again, and ends nothing: workers go on with the ticket that they have, which outlives several
// intervals, and a KDC that is away for a moment must not cost running jobs.
class TicketRenewal {
 public:
  TicketRenewal(TicketRenewalOptions options, std::unique_ptr<ProcessStarter> processes);
  ~TicketRenewal();
  TicketRenewal(const TicketRenewal&) = delete;
  TicketRenewal& operator=(const TicketRenewal&) = delete;

  // Returns with the first ticket. Throws Error (kInvalidConfig).
  void Start();
  // Idempotent. Ends a kinit that runs.
  void Stop() EXCLUDES(mu_);

 private:
  void Loop();
  // What went wrong; nullopt when there is a new ticket, or the renewal was stopped.
  std::optional<std::string> RunKinit() EXCLUDES(mu_);
  // False when the renewal was stopped.
  bool Pause(Millis time) EXCLUDES(mu_);

  const TicketRenewalOptions options_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::optional<ProcessEnd> end_ GUARDED_BY(mu_);  // of the kinit that was started last
  // From here on: what owns threads that use the fields above.
  const std::unique_ptr<ProcessStarter> processes_;
  std::thread loop_;
};

}  // namespace mist
