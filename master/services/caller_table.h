// Where threads outside the broker wait for its answers.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/duration.h"
#include "base/mutex.h"
#include "master/broker/messages.h"

namespace mist {

// Gives out caller ids and holds the answers until they are taken. Owned by main; the broker's loop
// delivers, any other thread waits. Must outlive every CallerTicket.
class CallerTable {
 public:
  // The broker's thread (any thread, in fact); never blocks. Answers that nobody waits for are
  // dropped.
  void Deliver(const Answer& answer);

  // Waits that may last end without an answer, now and from now on; others go on.
  void EndLongWaits();

  // The broker has stopped: who waits is woken without an answer, and so is who waits later.
  // Answers that were delivered before can still be taken.
  void Close();

 private:
  friend class CallerTicket;
  struct Waiting {
    std::optional<AnswerBody> answer;
    CondVar arrived;
  };
  // Callers who share a lock. With one for all, whom Deliver() wakes would meet it there at the
  // next answer; it wakes a caller after it has let go of the lock, hence the shared pointer.
  struct Shard {
    Mutex mu;
    bool closed GUARDED_BY(mu) = false;
    bool short_waits_only GUARDED_BY(mu) = false;
    std::unordered_map<CallerId, std::shared_ptr<Waiting>> waiting GUARDED_BY(mu);
  };

  CallerId Add();
  std::optional<AnswerBody> Wait(CallerId caller, Timeout limit, bool may_last);
  void Remove(CallerId caller);
  Shard& ShardOf(CallerId caller) { return shards_[caller % shards_.size()]; }

  std::atomic<CallerId> last_id_ = 0;
  std::array<Shard, 64> shards_;
};

// The right to one answer. Made before the input that asks for it is posted; destroying it gives
// the answer up.
class CallerTicket {
 public:
  explicit CallerTicket(CallerTable& table) : table_(table), id_(table.Add()) {}
  ~CallerTicket() { table_.Remove(id_); }
  CallerTicket(const CallerTicket&) = delete;
  CallerTicket& operator=(const CallerTicket&) = delete;

  CallerId Id() const { return id_; }

  // Once. nullopt when the broker has stopped without answering. Not from the broker's thread.
  std::optional<AnswerBody> Wait() { return table_.Wait(id_, {}, false); }
  // nullopt also when the limit passes first.
  std::optional<AnswerBody> WaitFor(Timeout limit) { return table_.Wait(id_, limit, false); }
  // For what a user's function decides. nullopt also after CallerTable::EndLongWaits().
  std::optional<AnswerBody> WaitLong(Timeout limit) { return table_.Wait(id_, limit, true); }

 private:
  CallerTable& table_;
  const CallerId id_;
};

}  // namespace mist
