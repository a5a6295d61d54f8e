#include "master/store/sqlite_writer.h"

#include <chrono>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/overloaded.h"
#include "base/test_points.h"
#include "base/thread_name.h"
#include "master/store/sqlite_schema.h"

namespace mist {
namespace {

// FULL: a commit is on the disk before it is reported. 64 MiB of cache keeps the ends of all
// indexes in memory.
constexpr char kSetUp[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
    "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864";
constexpr char kBegin[] = "BEGIN IMMEDIATE";
constexpr char kCommit[] = "COMMIT";
constexpr char kRollback[] = "ROLLBACK";

// Below a savepoint each statement costs the more the larger the batch has become (SQLite walks
// through its list of saved pages), and an import's batches are large.
constexpr SqliteWriter::Undo kSavepoint{"SAVEPOINT batch", "ROLLBACK TO batch", "RELEASE batch"};
constexpr SqliteWriter::Undo kWholeTransaction{"", "ROLLBACK; BEGIN IMMEDIATE", ""};

// More than can be on their way between the broker and the store when the disk fills up.
constexpr std::size_t kMaxUnwritten = 100'000;

const JobId* JobOf(const Mutation& mutation) {
  if (const auto* insert = std::get_if<InsertJob>(&mutation)) return &insert->job->id;
  if (const auto* move = std::get_if<MoveJob>(&mutation)) return &move->id;
  if (const auto* assignment = std::get_if<AssignWorker>(&mutation)) return &assignment->id;
  if (const auto* requeue = std::get_if<RequeueJob>(&mutation)) return &requeue->id;
  return nullptr;
}

// With the way out, which SQLite does not know.
Error DamagedFile(const std::filesystem::path& file, std::string_view problem) {
  constexpr std::string_view kHead = "store: ";
  if (problem.starts_with(kHead)) problem.remove_prefix(kHead.size());
  return Error(ErrorCode::kCorrupt,
               "store: " + file.string() + ": " + std::string(problem) +
                   "; 'mist-master check-store' tells what of it is damaged, 'mist-master restore "
                   "BACKUP' puts a backup in its place");
}

}  // namespace

SqliteWriter::SqliteWriter(const std::filesystem::path& file)
    : mark_(file), connection_(file, SqliteConnection::Mode::kReadWrite) {
  try {
    Open(file);
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kCorrupt) throw;
    throw DamagedFile(file, error.what());
  }
  thread_ = std::thread([this] { Run(); });
}

void SqliteWriter::Open(const std::filesystem::path& file) {
  connection_.Execute(kSetUp);
  MigrateSchema(connection_);
  SyncFolder(file.parent_path());  // the new file's name must survive a power cut as well
  checkpointer_.emplace(file);
  connection_.OnCommit([this](int wal_pages) {
    log_frames_ = wal_pages;
    checkpointer_->LogHasGrown(wal_pages);
  });
  last_event_ = SqliteEventReader(connection_).Last();
  begin_.emplace(connection_, kBegin);
  commit_.emplace(connection_, kCommit);
  jobs_.emplace(connection_);
  catalog_.emplace(connection_);
  events_.emplace(connection_);
  retention_.emplace(connection_);
}

SqliteWriter::~SqliteWriter() {
  mailbox_.Close();
  thread_.join();
}

void SqliteWriter::Submit(std::vector<Mutation> batch, Store::Done done) {
  mailbox_.Post({std::move(batch), std::move(done), std::nullopt});
}

void SqliteWriter::Run() {
  NameThisThread("store-writer");
  for (;;) {
    Group group = mailbox_.TakeAll();
    if (group.empty()) return;
    if (IsPlanted("acknowledge-before-commit")) {
      TellDone(group);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CommitGroup(group);
    TellDone(group);
  }
}

void SqliteWriter::TellDone(Group& group) {
  for (Batch& batch : group) {
    if (const auto done = std::exchange(batch.done, {}))
      done(batch.failure ? &*batch.failure : nullptr);
    PassTestPoint("store-between-callbacks");
  }
}

void SqliteWriter::CommitGroup(Group& group) {
  if (!healthy_) {
    FailGroup(group, Error(ErrorCode::kUnavailable,
                           "store: stopped after a failure; the master must be started again"));
    return;
  }
  try {
    WriteGroup(group);
    MarkCommit(group);
    if (std::exchange(disk_was_full_, false)) checkpointer_->MakeRoom();
  } catch (const Error& error) {
    FailGroup(group, error);
    if (error.Code() == ErrorCode::kDiskFull) {
      disk_was_full_ = true;
      checkpointer_->MakeRoom();
    } else {
      StopWriting(error);
    }
  }
}

void SqliteWriter::WriteGroup(Group& group) {
  try {
    PassTestPoint("store-before-begin");
    begin_->Execute();
    if (group.size() == 1) {
      WriteBatch(group.front(), kWholeTransaction);
    } else {
      for (Batch& batch : group) WriteBatch(batch, kSavepoint);
    }
    PassTestPoint("store-before-commit");
    commit_->Execute();
    PassTestPoint("store-after-commit");
  } catch (const Error&) {
    if (connection_.InTransaction()) connection_.Execute(kRollback);
    throw;
  }
}

void SqliteWriter::MarkCommit(const Group& group) {
  for (const Batch& batch : group) {
    if (batch.failure) continue;
    for (const Mutation& mutation : batch.mutations) {
      if (const auto* append = std::get_if<AppendEvents>(&mutation))
        last_event_ = append->events.back().number;
    }
  }
  const std::string header = connection_.LogBegin(kLogHeaderBytes);
  if (header.empty() || log_frames_ == 0) return;
  mark_.Write({LogSaltOf(header), static_cast<std::uint64_t>(log_frames_), last_event_});
}

// A batch that does not fit what is stored is undone alone. Whether the store can go on depends on
// why.
void SqliteWriter::WriteBatch(Batch& batch, const Undo& undo) {
  if (!healthy_) {
    FailBatch(batch, Error(ErrorCode::kUnavailable,
                           "store: stopped after a failure; the master must be started again"));
    return;
  }
  connection_.Execute(undo.begin);
  try {
    for (const Mutation& mutation : batch.mutations) Apply(mutation);
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kInternal) throw;
    connection_.Execute(undo.roll_back);
    if (DependsOnUnwritten(batch)) {
      FailBatch(batch, Error(ErrorCode::kDiskFull,
                             "store: an earlier write of the same job did not fit on the disk"));
    } else {
      FailBatch(batch, error);
      StopWriting(error);
    }
  }
  connection_.Execute(undo.end);
}

void SqliteWriter::Apply(const Mutation& mutation) {
  std::visit(Overloaded{[this](const InsertJob& insert) { jobs_->Apply(insert); },
                        [this](const MoveJob& move) { jobs_->Apply(move); },
                        [this](const AssignWorker& assignment) { jobs_->Apply(assignment); },
                        [this](const RequeueJob& requeue) { jobs_->Apply(requeue); },
                        [this](const ForgetRequestKey& forget) { jobs_->Apply(forget); },
                        [this](const AppendEvents& append) { events_->Apply(append); },
                        [this](const SaveSinkCursor& save) { events_->Apply(save); },
                        [this](const DeleteJob& removal) { retention_->Apply(removal); },
                        [this](const DeleteEvents& removal) { retention_->Apply(removal); },
                        [this](const DeleteSchemas& removal) { retention_->Apply(removal); },
                        [this](const auto& change) { catalog_->Apply(change); }},
             mutation);
}

void SqliteWriter::FailGroup(Group& group, const Error& error) {
  for (Batch& batch : group) {
    if (!batch.failure) FailBatch(batch, error);
  }
}

void SqliteWriter::FailBatch(Batch& batch, const Error& error) {
  batch.failure = error;
  if (error.Code() != ErrorCode::kDiskFull) return;
  for (const Mutation& mutation : batch.mutations) {
    const JobId* id = JobOf(mutation);
    if (id != nullptr && unwritten_.insert(*id).second) unwritten_order_.push_back(*id);
  }
  while (unwritten_order_.size() > kMaxUnwritten) {
    unwritten_.erase(unwritten_order_.front());
    unwritten_order_.pop_front();
  }
}

bool SqliteWriter::DependsOnUnwritten(const Batch& batch) const {
  for (const Mutation& mutation : batch.mutations) {
    const JobId* id = JobOf(mutation);
    if (id != nullptr && unwritten_.contains(*id)) return true;
  }
  return false;
}

void SqliteWriter::StopWriting(const Error& error) {
  healthy_ = false;
  log::Error("store_stopped",
             {{"code", std::string(ToString(error.Code()))}, {"reason", error.what()}});
}

}  // namespace mist
