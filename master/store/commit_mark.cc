#include "master/store/commit_mark.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "master/store/fnv1a.h"
#include "master/store/sqlite_connection.h"

namespace mist {
namespace {

using std::filesystem::path;

constexpr char kJournalMode[] = "PRAGMA journal_mode";
constexpr char kLastEvent[] = "SELECT coalesce(max(last_number), 0) FROM event_batch";

path MarkOf(const path& database) {
  return database.string() + "-mark";
}

path LogOf(const path& database) {
  return database.string() + "-wal";
}

// ---- the mark -----------------------------------------------------------------------------------

// As it is in the file, in the machine's order of bytes.
struct Record {
  std::uint64_t version = 1;
  std::uint64_t log_salt = 0;
  std::uint64_t log_frames = 0;
  std::int64_t last_event = 0;
  std::int64_t checksum = 0;
};

std::int64_t ChecksumOf(const Record& record) {
  Fnv1a hash;
  hash.Add(&record, offsetof(Record, checksum));
  return hash.Value();
}

std::optional<CommitMark> ReadMark(const path& file) {
  std::ifstream stream(file, std::ios::binary);
  Record record;
  if (!stream.read(reinterpret_cast<char*>(&record), sizeof record)) return std::nullopt;
  if (record.version != 1 || record.checksum != ChecksumOf(record)) return std::nullopt;
  return CommitMark{record.log_salt, record.log_frames, record.last_event};
}

// ---- SQLite's log -------------------------------------------------------------------------------
// https://www.sqlite.org/fileformat2.html#walformat: a header and frames. Each frame is a header of
// its own and a page; its checksum goes on from that of the frame before.

constexpr std::uint32_t kLogMagic = 0x377f0682;  // the last bit: checksums of big-endian words
constexpr std::size_t kFrameHeaderBytes = 24;

std::uint32_t BigEndian(const char* bytes) {
  const auto at = [bytes](int i) { return std::uint32_t{static_cast<unsigned char>(bytes[i])}; };
  return at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
}

class LogChecksum {
 public:
  explicit LogChecksum(bool big_endian) : big_endian_(big_endian) {}

  // A multiple of 8 bytes.
  void Add(const char* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 8) {
      first_ += Word(bytes + i) + second_;
      second_ += Word(bytes + i + 4) + first_;
    }
  }
  bool Is(const char* stored) const {
    return BigEndian(stored) == first_ && BigEndian(stored + 4) == second_;
  }

 private:
  std::uint32_t Word(const char* bytes) const {
    const std::uint32_t word = BigEndian(bytes);
    return big_endian_ ? word : __builtin_bswap32(word);
  }

  const bool big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

using LogHeader = std::array<char, kLogHeaderBytes>;

std::optional<LogHeader> ReadHeader(std::istream& log) {
  LogHeader header{};
  if (!log.read(header.data(), header.size())) return std::nullopt;
  return header;
}

// How many frames of the log are whole, up to `limit`. nullopt: it is no log, or has another salt.
std::optional<std::uint64_t> CountFrames(const path& file, std::uint64_t salt,
                                         std::uint64_t limit) {
  std::ifstream log(file, std::ios::binary);
  const std::optional<LogHeader> header = ReadHeader(log);
  if (!header || (BigEndian(header->data()) & ~1U) != kLogMagic) return std::nullopt;
  LogChecksum checksum((BigEndian(header->data()) & 1U) != 0);
  checksum.Add(header->data(), 24);
  if (!checksum.Is(header->data() + 24) || LogSaltOf({header->data(), header->size()}) != salt)
    return std::nullopt;

  const std::uint32_t page_bytes = BigEndian(header->data() + 8);
  std::string frame(kFrameHeaderBytes + page_bytes, '\0');
  for (std::uint64_t count = 0; count < limit; ++count) {
    if (!log.read(frame.data(), static_cast<std::streamsize>(frame.size()))) return count;
    if (std::memcmp(frame.data() + 8, header->data() + 16, 8) != 0) return count;
    checksum.Add(frame.data(), 8);
    checksum.Add(frame.data() + kFrameHeaderBytes, page_bytes);
    if (!checksum.Is(frame.data() + 16)) return count;
  }
  return limit;
}

bool HasSalt(const path& file, std::uint64_t salt) {
  std::ifstream log(file, std::ios::binary);
  const std::optional<LogHeader> header = ReadHeader(log);
  return header && LogSaltOf({header->data(), header->size()}) == salt;
}

// ---- both ---------------------------------------------------------------------------------------

struct Verdict {
  bool is_other_database = false;  // than the mark is about
  std::optional<LostCommits> lost = std::nullopt;
};

Verdict Lost(const path& database, const std::string& what) {
  return {false, LostCommits{what + ": commits are lost",
                             "restore a backup; or, to go on without them, delete " +
                                 MarkOf(database).string() + " and run mist-master check-store"}};
}

// The log that the mark is about is not there: as a rule the database holds all of it. Events are
// what tells, as nearly every commit has some.
Verdict CompareEvents(const path& database, const CommitMark& mark) {
  try {
    SqliteConnection connection(database, SqliteConnection::Mode::kReadOnly);
    {
      SqliteStatement statement(connection, kJournalMode);
      SqliteCursor mode = statement.Select();
      // A backup that was put here by hand: a store's own database always has a log.
      if (mode.Next() && mode.Text(0) != "wal") return {.is_other_database = true};
    }
    SqliteStatement statement(connection, kLastEvent);
    SqliteCursor last = statement.Select();
    if (!last.Next() || last.Int(0) >= mark.last_event) return {};
    return Lost(database, database.string() + " ends at event " + std::to_string(last.Int(0)) +
                              ", but event " + std::to_string(mark.last_event) +
                              " was committed: its write-ahead log " + LogOf(database).string() +
                              " is gone, is of another time, or is damaged");
  } catch (const Error&) {
    return {};  // whoever opens it meets the same damage, and tells
  }
}

Verdict Look(const path& database) {
  const std::optional<CommitMark> mark = ReadMark(MarkOf(database));
  if (!mark) return {};
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(database, error);
  if (error == std::errc::no_such_file_or_directory) return {.is_other_database = true};
  if (error) return {};
  if (bytes == 0) return Lost(database, database.string() + " is empty");

  const path log = LogOf(database);
  const auto frames = CountFrames(log, mark->log_salt, mark->log_frames);
  if (frames == mark->log_frames) return {};
  // A log is begun anew by its header: what it was is in the database then, and frames that were
  // read since may be of the new log.
  if (!frames || !HasSalt(log, mark->log_salt)) return CompareEvents(database, *mark);
  return Lost(database, log.string() + " is cut off or damaged behind frame " +
                            std::to_string(*frames) + ", and " + std::to_string(mark->log_frames) +
                            " were committed");
}

}  // namespace

std::uint64_t LogSaltOf(std::string_view header) {
  return std::uint64_t{BigEndian(header.data() + 16)} << 32 | BigEndian(header.data() + 20);
}

std::optional<LostCommits> FindLostCommits(const path& database) {
  return Look(database).lost;
}

void RemoveCommitMark(const path& database) {
  std::error_code error;
  std::filesystem::remove(MarkOf(database), error);
  if (error) throw SystemError(error.value(), "remove " + MarkOf(database).string());
  SyncFolder(std::filesystem::absolute(database).parent_path());
}

CommitMarkFile::CommitMarkFile(path database) : database_(std::move(database)) {
  const Verdict verdict = Look(database_);
  if (verdict.lost)
    throw Error(ErrorCode::kCorrupt, "store: " + verdict.lost->what + "; " + verdict.lost->remedy);
  // Before the database looks as if it were the one that the mark is about.
  if (verdict.is_other_database) RemoveCommitMark(database_);
}

CommitMarkFile::~CommitMarkFile() {
  std::error_code error;
  if (std::filesystem::exists(LogOf(database_), error) || error) return;
  std::filesystem::remove(MarkOf(database_), error);  // it does no harm either
}

void CommitMarkFile::Write(const CommitMark& mark) {
  Record record{1, mark.log_salt, mark.log_frames, mark.last_event, 0};
  record.checksum = ChecksumOf(record);
  try {
    if (!file_.IsOpen()) file_ = OpenFile(MarkOf(database_), O_WRONLY | O_CREAT);
    if (pwrite(file_.Descriptor(), &record, sizeof record, 0) != sizeof record)
      throw SystemError(errno, "write " + MarkOf(database_).string());
    failing_ = false;
  } catch (const Error& error) {
    if (!failing_) log::Warn("store_mark_failed", {{"reason", error.what()}});
    failing_ = true;
  }
}

}  // namespace mist
