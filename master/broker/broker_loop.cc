#include "master/broker/broker_loop.h"

#include <utility>

#include "base/log.h"
#include "base/overloaded.h"
#include "base/test_points.h"
#include "base/thread_name.h"
#include "master/logs/job_logs.h"
#include "master/store/store.h"
#include "master/workers/worker_host.h"

namespace mist {
namespace {

void LogFailedStart(const FailedStarts& failed) {
  const std::string& context = failed.context.value;
  const std::string count = std::to_string(failed.count);
  if (failed.broken) {
    log::Error("context_broken", {{"context", context},
                                  {"failed_starts", count},
                                  {"reason", failed.reason},
                                  {"remedy", "mist-cli repair context " + context}});
  } else {
    log::Warn("worker_start_failed", {{"context", context},
                                      {"failed_starts", count},
                                      {"next_try_in", Describe(*failed.next_try - failed.last)},
                                      {"reason", failed.reason}});
  }
}

}  // namespace

BrokerLoop::BrokerLoop(BrokerOptions options, Clock& clock)
    : clock_(clock), broker_(std::move(options)) {}

BrokerLoop::~BrokerLoop() {
  Stop();
}

void BrokerLoop::Start(BrokerOutlets outlets) {
  outlets_.emplace(std::move(outlets));
  thread_ = std::jthread([this] { Run(); });
}

void BrokerLoop::Stop() {
  inputs_.Close();
  if (thread_.joinable()) thread_.join();
}

void BrokerLoop::Post(Input input) {
  inputs_.Post(std::move(input));
}

void BrokerLoop::PostAll(std::vector<Input> inputs) {
  inputs_.PostAll(std::move(inputs));
}

void BrokerLoop::Run() {
  NameThisThread("broker");
  while (!inputs_.Drained()) {
    std::deque<Input> inputs = inputs_.TakeAll(broker_.NextTimer());
    const Now now{clock_.Mono(), clock_.Wall()};
    const auto timer = broker_.NextTimer();
    if (timer && *timer <= now.mono) inputs.push_back(TimerFired{});
    for (Effect& effect : broker_.Handle(std::move(inputs), now)) Carry(std::move(effect));
  }
}

void BrokerLoop::Carry(Effect effect) {
  std::visit(
      Overloaded{
          [this](Persist& persist) {
            PassTestPoint("broker-before-submit");
            outlets_->store.Submit(
                std::move(persist.batch),
                [this, number = persist.number](const Error* error) { Persisted(number, error); });
          },
          [this](AppendLog& append) {
            PassTestPoint("broker-before-log");
            outlets_->logs.Append(append.job, std::move(append.batch.lines),
                                  [written = std::move(append.batch.written)](const LogWrite&) {
                                    if (written) written();
                                  });
          },
          [this](PublishEvent& publish) {
            PassTestPoint("broker-before-publish");
            outlets_->publish(publish.event);
            PassTestPoint("broker-after-publish");
          },
          [this](TellProgress& tell) { outlets_->tell_progress(tell); },
          [this](Answer& answer) {
            PassTestPoint("broker-before-answer");
            outlets_->answer(answer);
            PassTestPoint("broker-after-answer");
          },
          [](StartsFail& starts) { LogFailedStart(starts.failed); },
          [](StartsSucceed& starts) {
            log::Info("context_usable", {{"context", starts.context.value}, {"why", starts.why}});
          },
          [this](ShutdownComplete&) { outlets_->shutdown_complete(); },
          [this](auto& for_workers) { outlets_->workers.Handle(std::move(for_workers)); },
      },
      effect);
}

// On the store's thread.
void BrokerLoop::Persisted(std::uint64_t number, const Error* error) {
  if (error == nullptr) return Post(StorageCommitted{number});
  if (outlets_->store.IsHealthy()) {
    log::Error("store_write_failed", {{"reason", error->what()}});
    return Post(StorageFailed{number, error->what()});
  }
  // Whether the batch was written is unknown: only a new start, which reads the store, can tell.
  log::Error("store_lost", {{"reason", error->what()}});
  outlets_->store_lost();
}

}  // namespace mist
