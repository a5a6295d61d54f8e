#include "master/store/sqlite_store.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "master/store/sqlite_catalog.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_events.h"
#include "master/store/sqlite_job_reader.h"
#include "master/store/sqlite_retention.h"
#include "master/store/sqlite_writer.h"

namespace mist {
namespace {

// Connections beyond these are closed after use.
constexpr std::size_t kIdleReaders = 4;

// A connection with every statement that reads.
struct Reader {
  explicit Reader(const std::filesystem::path& file)
      : connection(file, SqliteConnection::Mode::kReadOnly),
        jobs(connection),
        catalog(connection),
        events(connection),
        retention(connection) {}

  SqliteConnection connection;
  SqliteJobReader jobs;
  SqliteCatalogReader catalog;
  SqliteEventReader events;
  SqliteRetentionReader retention;
};

// Owns the connections that read. Any thread; nobody waits for anybody.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

  // Calls `read` with a reader that nobody else uses meanwhile.
  template <typename Read>
  auto With(Read read) EXCLUDES(mu_) {
    std::unique_ptr<Reader> reader = Take();
    auto result = read(*reader);  // a reader that failed is not used again
    Return(std::move(reader));
    return result;
  }

 private:
  std::unique_ptr<Reader> Take() EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (!idle_.empty()) {
        std::unique_ptr<Reader> reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return std::make_unique<Reader>(file_);
  }

  void Return(std::unique_ptr<Reader> reader) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (idle_.size() < kIdleReaders) idle_.push_back(std::move(reader));
  }

  const std::filesystem::path file_;  // constant after construction
  Mutex mu_;
  std::vector<std::unique_ptr<Reader>> idle_ GUARDED_BY(mu_);
};

class SqliteStore : public Store {
 public:
  explicit SqliteStore(const SqliteStoreOptions& options)
      : writer_(options.file), readers_(options.file) {}

  void Submit(std::vector<Mutation> batch, Done done) override {
    writer_.Submit(std::move(batch), std::move(done));
  }

  std::optional<Job> FindJob(const JobId& id) override {
    return readers_.With([&](Reader& reader) { return reader.jobs.Find(id); });
  }

  std::optional<Job> FindJobByKey(const std::string& request_key) override {
    return readers_.With([&](Reader& reader) { return reader.jobs.FindByKey(request_key); });
  }

  JobPage ListJobs(const JobQuery& query) override {
    return readers_.With([&](Reader& reader) { return reader.jobs.List(query); });
  }

  std::vector<JobStep> JobCourse(const JobId& id) override {
    return readers_.With([&](Reader& reader) { return reader.jobs.Course(id); });
  }

  std::vector<Job> UnfinishedJobs() override {
    return readers_.With([](Reader& reader) { return reader.jobs.Unfinished(); });
  }

  std::vector<ContextConfig> Contexts() override {
    return readers_.With([](Reader& reader) { return reader.catalog.Contexts(); });
  }

  std::vector<FunctionConfig> Functions() override {
    return readers_.With([](Reader& reader) { return reader.catalog.Functions(); });
  }

  std::vector<StoredArtifact> Artifacts() override {
    return readers_.With([](Reader& reader) { return reader.catalog.Artifacts(); });
  }

  std::vector<std::string> DamagedNames(NamedTable table) override {
    return readers_.With([&](Reader& reader) { return reader.catalog.DamagedNames(table); });
  }

  std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                           const std::string& class_name) override {
    return readers_.With(
        [&](Reader& reader) { return reader.catalog.FindSchema(artifact_sha256, class_name); });
  }

  std::vector<StoredWorker> Workers() override {
    return readers_.With([](Reader& reader) { return reader.catalog.Workers(); });
  }

  std::vector<FailedStarts> FailingContexts() override {
    return readers_.With([](Reader& reader) { return reader.catalog.FailingContexts(); });
  }

  std::vector<EventRecord> EventsAfter(EventNumber after, std::size_t limit) override {
    return readers_.With([&](Reader& reader) { return reader.events.After(after, limit); });
  }

  EventNumber LastEvent() override {
    return readers_.With([](Reader& reader) { return reader.events.Last(); });
  }

  std::optional<EventNumber> SinkCursor(const std::string& sink) override {
    return readers_.With([&](Reader& reader) { return reader.events.SinkCursor(sink); });
  }

  EndedJobs EndedJobsAfter(const std::string& through, std::size_t limit) override {
    return readers_.With([&](Reader& reader) {
      const SqliteSnapshot snapshot(reader.connection);
      EndedPage page = reader.retention.EndedAfter(through, limit);
      EndedJobs found{{}, std::move(page.through)};
      for (const JobId& id : page.ids) {
        if (auto job = FindIntact(reader, id)) found.jobs.push_back(std::move(*job));
      }
      return found;
    });
  }

  std::vector<EventBatch> EventBatchesAfter(EventNumber after, std::size_t limit) override {
    return readers_.With([&](Reader& reader) { return reader.events.BatchesAfter(after, limit); });
  }

  std::vector<KeyedJob> JobsWithKeyAfter(const std::string& key, std::size_t limit) override {
    return readers_.With([&](Reader& reader) { return reader.retention.KeysAfter(key, limit); });
  }

  std::vector<std::string> ContentsInUse() override {
    return readers_.With([](Reader& reader) { return reader.retention.ContentsInUse(); });
  }

  StoreSize Size() override {
    return readers_.With([](Reader& reader) { return reader.retention.Size(); });
  }

  bool IsHealthy() const override { return writer_.IsHealthy(); }

 private:
  // What is damaged is not deleted either: it may be a job that has not ended.
  static std::optional<Job> FindIntact(Reader& reader, const JobId& id) {
    try {
      return reader.jobs.Find(id);
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kCorrupt) throw;
      log::Error("job_row_damaged", {{"reason", error.what()}});
      return std::nullopt;
    }
  }

  SqliteWriter
      writer_;  // before the readers: it makes the file; they close before its last checkpoint
  ReaderPool readers_;
};

}  // namespace

std::unique_ptr<Store> OpenSqliteStore(const SqliteStoreOptions& options) {
  return std::make_unique<SqliteStore>(options);
}

}  // namespace mist
