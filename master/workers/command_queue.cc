#include "master/workers/command_queue.h"

#include <algorithm>
#include <utility>

namespace mist {
namespace {

// One reply carries at least one command and stops growing here: a hundred waiting jobs with large
// arguments must not become one huge message.
constexpr std::size_t kBatchBytes = 4 << 20;

std::size_t RoughSize(const protocol::Command& command) {
  constexpr std::size_t kFields = 512;  // names, digests, numbers
  return kFields + (command.__isset.run ? command.run.arguments.size() : 0);
}

}  // namespace

void CommandQueue::Push(protocol::Command command) {
  {
    MutexLock lock(mu_);
    unconfirmed_.push_back(std::move(command));
  }
  changed_.NotifyAll();
}

std::int64_t CommandQueue::BeginSession() {
  std::int64_t session = 0;
  {
    MutexLock lock(mu_);
    session = ++session_;
    confirmed_ = 0;
    sent_ = 0;
    end_one_wait_ = false;
  }
  changed_.NotifyAll();
  return session;
}

std::variant<CommandQueue::Batch, CommandQueue::Refusal> CommandQueue::Take(
    std::int64_t session, std::int64_t confirmed_through, MonoTime deadline) {
  MutexLock lock(mu_);
  if (session != session_) return Refusal::kStaleSession;
  if (!ConfirmLocked(confirmed_through)) return Refusal::kNeverSent;
  const std::int64_t mine = ++takes_;
  changed_.NotifyAll();
  changed_.WaitUntil(mu_, deadline, [&]() REQUIRES(mu_) {
    return session != session_ || mine != takes_ || end_one_wait_ || !unconfirmed_.empty();
  });
  if (session != session_) return Refusal::kStaleSession;
  if (mine != takes_) return Batch{{}, confirmed_};
  end_one_wait_ = false;
  return FirstCommandsLocked();
}

void CommandQueue::EndWaiting() {
  {
    MutexLock lock(mu_);
    end_one_wait_ = true;
  }
  changed_.NotifyAll();
}

void CommandQueue::Close() {
  {
    MutexLock lock(mu_);
    session_ = -1;
  }
  changed_.NotifyAll();
}

// False when a command was confirmed that was never sent. A number below confirmed_ is an old call
// that arrives late.
bool CommandQueue::ConfirmLocked(std::int64_t through) {
  if (through < 0 || through > sent_) return false;
  for (; confirmed_ < through; ++confirmed_) unconfirmed_.pop_front();
  return true;
}

CommandQueue::Batch CommandQueue::FirstCommandsLocked() {
  Batch batch;
  std::size_t bytes = 0;
  for (const protocol::Command& command : unconfirmed_) {
    bytes += RoughSize(command);
    if (!batch.commands.empty() && bytes > kBatchBytes) break;
    batch.commands.push_back(command);
  }
  batch.last = confirmed_ + static_cast<std::int64_t>(batch.commands.size());
  sent_ = std::max(sent_, batch.last);
  return batch;
}

}  // namespace mist
