// The one thread that writes to the database. All batches that arrived during the last commit go
// into the next one, so that many callers share one sync of the disk. Each batch has a savepoint:
// one that fails takes no other with it.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/mailbox.h"
#include "master/store/commit_mark.h"
#include "master/store/sqlite_catalog.h"
#include "master/store/sqlite_checkpointer.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_events.h"
#include "master/store/sqlite_job_writer.h"
#include "master/store/sqlite_retention.h"
#include "master/store/store.h"

namespace mist {

class SqliteWriter {
 public:
  // Opens the file, migrates it and starts the thread. Throws Error: kCorrupt also when commits are
  // lost.
  explicit SqliteWriter(const std::filesystem::path& file);
  // Writes what was submitted.
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  void Submit(std::vector<Mutation> batch, Store::Done done);
  bool IsHealthy() const { return healthy_; }

  // The SQL by which one batch can be undone: a savepoint, or, when its transaction holds no other
  // batch, the transaction itself.
  struct Undo {
    const char* begin;
    const char* roll_back;
    const char* end;
  };

 private:
  struct Batch {
    std::vector<Mutation> mutations;
    Store::Done done;
    std::optional<Error> failure;
  };
  using Group = std::deque<Batch>;

  void Open(const std::filesystem::path& file);
  void Run();
  static void TellDone(Group& group);
  void CommitGroup(Group& group);
  void WriteGroup(Group& group);
  void WriteBatch(Batch& batch, const Undo& undo);
  void Apply(const Mutation& mutation);
  void MarkCommit(const Group& group);
  void FailGroup(Group& group, const Error& error);
  void FailBatch(Batch& batch, const Error& error);
  bool DependsOnUnwritten(const Batch& batch) const;
  void StopWriting(const Error& error);

  std::atomic<bool> healthy_ = true;

  // Used by thread_ only, once it runs.
  CommitMarkFile mark_;  // before the connection: it looks at the files as they were left
  SqliteConnection connection_;
  int log_frames_ = 0;          // after the last commit
  EventNumber last_event_ = 0;  // of those that are committed
  std::optional<SqliteStatement> begin_;
  std::optional<SqliteStatement> commit_;
  std::optional<SqliteJobWriter> jobs_;  // made once the tables exist
  std::optional<SqliteCatalogWriter> catalog_;
  std::optional<SqliteEventWriter> events_;
  std::optional<SqliteRetentionWriter> retention_;
  // Jobs of batches that did not fit on the disk. Batches that were submitted before their sender
  // knew may build on them; those fail for the same reason and are no disagreement.
  std::unordered_set<JobId> unwritten_;
  std::deque<JobId> unwritten_order_;
  bool disk_was_full_ = false;  // at the last commit

  std::optional<SqliteCheckpointer> checkpointer_;  // synchronizes itself; made with the tables
  Mailbox<Batch> mailbox_;                          // synchronizes itself
  std::thread thread_;                              // last: stops before the fields it uses die
};

}  // namespace mist
