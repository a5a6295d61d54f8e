#include "master/workers/ticket_renewal.h"

#include <algorithm>
#include <utility>

#include "base/duration.h"
#include "base/error.h"
#include "base/log.h"
#include "master/workers/environment.h"
#include "master/workers/output_tail.h"

namespace mist {

TicketRenewal::TicketRenewal(TicketRenewalOptions options,
                             std::unique_ptr<ProcessStarter> processes)
    : options_(std::move(options)), processes_(std::move(processes)) {}

TicketRenewal::~TicketRenewal() {
  Stop();
}

void TicketRenewal::Start() {
  if (const auto problem = RunKinit()) {
    throw Error(ErrorCode::kInvalidConfig, "no Kerberos ticket for " + options_.principal +
                                               " (security.principal) with " + options_.keytab +
                                               " (security.keytab): " + *problem);
  }
  log::Info("kerberos_ticket", {{"principal", options_.principal}});
  loop_ = std::thread([this] { Loop(); });
}

void TicketRenewal::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (loop_.joinable()) loop_.join();
}

void TicketRenewal::Loop() {
  Millis retry = options_.first_retry;
  Millis pause = options_.interval;
  while (Pause(pause)) {
    if (const auto problem = RunKinit()) {
      pause = std::min(retry, options_.interval);
      retry *= 2;
      log::Error("kerberos_failed", {{"principal", options_.principal},
                                     {"reason", *problem},
                                     {"tried_again_in", Describe(pause)}});
    } else {
      pause = options_.interval;
      retry = options_.first_retry;
      log::Info("kerberos_ticket", {{"principal", options_.principal}});
    }
  }
}

std::optional<std::string> TicketRenewal::RunKinit() {
  {
    MutexLock lock(mu_);
    end_.reset();
  }
  std::shared_ptr<Process> process;
  try {
    process = processes_->Start(
        ProcessSpec{.command = {"kinit", "-kt", options_.keytab, options_.principal},
                    .environment = ToStrings(OwnEnvironment()),
                    .output_file = options_.log_file},
        [this](const ProcessEnd& end) {
          MutexLock lock(mu_);
          end_ = end;
          changed_.NotifyAll();
        });
  } catch (const Error& error) {
    return error.what();
  }
  MutexLock lock(mu_);
  const bool in_time =
      changed_.WaitUntil(mu_, SystemClock().Mono() + options_.patience,
                         [this]() REQUIRES(mu_) { return stopping_ || end_.has_value(); });
  if (!end_) process->Kill();
  changed_.Wait(mu_, [this]() REQUIRES(mu_) { return end_.has_value(); });
  if (stopping_ || end_->exit_code == 0) return std::nullopt;
  if (!in_time) return "kinit did not end within " + Describe(options_.patience);
  return "kinit ended with " + Describe(*end_) + ": " + LastLines(options_.log_file, 3);
}

bool TicketRenewal::Pause(Millis time) {
  MutexLock lock(mu_);
  return !changed_.WaitUntil(mu_, SystemClock().Mono() + time,
                             [this]() REQUIRES(mu_) { return stopping_; });
}

}  // namespace mist
