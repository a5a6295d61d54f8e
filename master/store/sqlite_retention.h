// What the retention asks and deletes.
#pragma once

#include <string>
#include <vector>

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Works within the transaction of its connection. Throws Error.
class SqliteRetentionWriter {
 public:
  explicit SqliteRetentionWriter(SqliteConnection& connection);

  void Apply(const DeleteJob& removal);
  void Apply(const DeleteEvents& removal);
  void Apply(const DeleteSchemas& removal);

 private:
  SqliteStatement delete_job_;
  SqliteStatement delete_events_;
  SqliteStatement delete_schemas_;
};

struct EndedPage {
  std::vector<JobId> ids;
  std::string through;  // empty after the last page
};

class SqliteRetentionReader {
 public:
  explicit SqliteRetentionReader(SqliteConnection& connection);

  // Oldest first. Within a snapshot of the caller's.
  EndedPage EndedAfter(const std::string& through, std::size_t limit);
  std::vector<KeyedJob> KeysAfter(const std::string& key, std::size_t limit);
  std::vector<std::string> ContentsInUse();
  StoreSize Size();

 private:
  SqliteConnection& connection_;
  SqliteStatement ended_;
  SqliteStatement keys_;
  SqliteStatement contents_;
  SqliteStatement count_ended_;
  SqliteStatement pages_;
};

}  // namespace mist
