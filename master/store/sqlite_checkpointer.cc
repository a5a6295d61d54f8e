#include "master/store/sqlite_checkpointer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"
#include "base/thread_name.h"

namespace mist {
namespace {

// 16 MiB of 4 KiB pages that are new in the log: often enough that a start after a crash reads
// little, seldom enough that pages written again and again are copied once.
constexpr int kCheckpointPages = 4096;
// Under steady load commits always outrun a passive checkpoint and the log never starts over; from
// 64 MiB on, one that makes them wait for a moment ends it. That is as much as the log keeps of its
// file, and to write over it costs a commit less than to make it longer.
constexpr int kRestartPages = 4 * kCheckpointPages;

constexpr char kPassive[] = "PRAGMA wal_checkpoint(PASSIVE)";
constexpr char kRestart[] = "PRAGMA wal_checkpoint(RESTART)";
// The read is needed: a connection that has not yet seen the log takes a checkpoint for done
// without doing it.
constexpr char kSetUp[] = "PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema";

}  // namespace

SqliteCheckpointer::SqliteCheckpointer(const std::filesystem::path& file)
    : connection_(file, SqliteConnection::Mode::kReadWrite) {
  connection_.Execute(kSetUp);
  thread_ = std::thread([this] { Run(); });
}

SqliteCheckpointer::~SqliteCheckpointer() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

// A checkpoint syncs two files, so each one must have many pages to copy.
void SqliteCheckpointer::LogHasGrown(int wal_pages) {
  MutexLock lock(mu_);
  if (wal_pages < asked_at_pages_) asked_at_pages_ = 0;  // the log has started over
  if (wal_pages - asked_at_pages_ < kCheckpointPages) return;
  asked_at_pages_ = wal_pages;
  AskLocked(wal_pages < kRestartPages ? Work::kPassive : Work::kRestart);
}

void SqliteCheckpointer::MakeRoom() {
  MutexLock lock(mu_);
  AskLocked(Work::kRestart);
}

void SqliteCheckpointer::AskLocked(Work work) {
  asked_ = std::max(asked_, work);
  changed_.NotifyOne();
}

void SqliteCheckpointer::Run() {
  NameThisThread("checkpointer");
  for (;;) {
    Work work = Work::kNone;
    {
      MutexLock lock(mu_);
      changed_.Wait(mu_, [this]() REQUIRES(mu_) { return stopping_ || asked_ != Work::kNone; });
      if (stopping_) return;
      work = std::exchange(asked_, Work::kNone);
    }
    Checkpoint(work);
  }
}

// A checkpoint that fails loses nothing: the log keeps what it holds, and is copied when it has
// grown again. Said once, not every time.
void SqliteCheckpointer::Checkpoint(Work work) {
  try {
    PassTestPoint("checkpoint-before");
    connection_.Execute(kPassive);
    PassTestPoint("checkpoint-after");
    if (work == Work::kRestart) connection_.Execute(kRestart);
    failing_ = false;
  } catch (const Error& error) {
    if (!failing_) log::Warn("store_checkpoint_failed", {{"reason", error.what()}});
    failing_ = true;
  }
}

}  // namespace mist
