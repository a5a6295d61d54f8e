#include "master/store/sqlite_checkpointer.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace mist {
namespace {

// 16 MiB of 4 KiB pages: often enough that a start after a crash reads little, seldom enough that
// pages written again and again are copied once.
constexpr int kCheckpointPages = 4096;
// Under steady load commits always outrun a passive checkpoint and the log never starts over; from
// 256 MiB on, one that makes them wait for a moment ends it.
constexpr int kRestartPages = 16 * kCheckpointPages;

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

void SqliteCheckpointer::LogHasGrown(int wal_pages) {
  if (wal_pages < kCheckpointPages) return;
  {
    MutexLock lock(mu_);
    wal_pages_ = wal_pages;
  }
  changed_.NotifyOne();
}

void SqliteCheckpointer::Run() {
  for (;;) {
    int wal_pages = 0;
    {
      MutexLock lock(mu_);
      changed_.Wait(mu_, [this]() REQUIRES(mu_) { return stopping_ || wal_pages_ > 0; });
      if (stopping_) return;
      wal_pages = std::exchange(wal_pages_, 0);
    }
    Checkpoint(wal_pages);
  }
}

// A checkpoint that fails loses nothing: the log keeps what it holds, and the next commit asks
// again.
void SqliteCheckpointer::Checkpoint(int wal_pages) {
  try {
    connection_.Execute(kPassive);
    if (wal_pages >= kRestartPages) connection_.Execute(kRestart);
  } catch (const Error& error) {
    log::Warn("store_checkpoint_failed", {{"reason", error.what()}});
  }
}

}  // namespace mist
