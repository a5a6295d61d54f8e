// SQLite behind three small types, so that sqlite3.h stays in one .cc file and its codes become
// Error here.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace mist {

// One connection; used by one thread at a time. Its SQL may call row_checksum(...), a 64-bit hash
// of any number of values.
class SqliteConnection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  SqliteConnection(const std::filesystem::path& file, Mode mode);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Statements without parameters and without interest in rows.
  void Execute(const char* sql);
  // False after COMMIT, after ROLLBACK, and after an error that made SQLite roll back by itself.
  bool InTransaction() const;
  // Makes the target's file a copy of this one as it is at this moment; others may write meanwhile.
  void CopyTo(SqliteConnection& target);
  // Called after each commit with the number of pages in the write-ahead log, on the committing
  // thread. Replaces SQLite's own automatic checkpoints.
  void OnCommit(std::function<void(int wal_pages)> callback);
  // Of the write-ahead log; empty when it cannot be read or is shorter. After a commit.
  std::string LogBegin(std::size_t bytes);

  sqlite3* Handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
  std::function<void(int)> on_commit_;
};

// Everything read during its life is of one moment. For connections that only read.
class SqliteSnapshot {
 public:
  explicit SqliteSnapshot(SqliteConnection& connection);
  ~SqliteSnapshot();
  SqliteSnapshot(const SqliteSnapshot&) = delete;
  SqliteSnapshot& operator=(const SqliteSnapshot&) = delete;

 private:
  SqliteConnection& connection_;
};

// The rows of a running SELECT; the statement may be used again when the cursor is gone. Columns
// count from 0.
class SqliteCursor {
 public:
  explicit SqliteCursor(sqlite3_stmt* statement) : statement_(statement) {}
  ~SqliteCursor();
  SqliteCursor(const SqliteCursor&) = delete;
  SqliteCursor& operator=(const SqliteCursor&) = delete;

  // Moves to the next row; false after the last one.
  bool Next();
  std::int64_t Int(int column) const;
  std::string Text(int column) const;
  std::optional<std::int64_t> OptionalInt(int column) const;
  std::optional<std::string> OptionalText(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// A prepared statement. Arguments are bound in order, to ?1, ?2 and so on.
class SqliteStatement {
 public:
  SqliteStatement(SqliteConnection& connection, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  // Runs it to its end. Returns the number of rows that an INSERT, UPDATE or DELETE touched.
  template <typename... Values>
  std::int64_t Execute(const Values&... values) {
    BindAll(Texts::kBorrowed, values...);
    return Finish();
  }

  // The cursor may outlive the values.
  template <typename... Values>
  SqliteCursor Select(const Values&... values) {
    BindAll(Texts::kCopied, values...);
    return SqliteCursor(statement_);
  }

 private:
  enum class Texts { kBorrowed, kCopied };

  template <typename... Values>
  void BindAll([[maybe_unused]] Texts texts, const Values&... values) {
    int index = 0;
    (Bind(++index, values, texts), ...);
  }

  void Bind(int index, std::string_view text, Texts texts);
  void Bind(int index, std::int64_t number, Texts texts);
  template <typename Value>
  void Bind(int index, const std::optional<Value>& value, Texts texts) {
    value ? Bind(index, *value, texts) : BindNull(index);
  }
  void BindNull(int index);
  std::int64_t Finish();

  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace mist
