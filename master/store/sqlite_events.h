// The events of jobs, in the order of their numbers: what streams and sinks read again.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Works within the transaction of its connection. Throws Error.
class SqliteEventWriter {
 public:
  explicit SqliteEventWriter(SqliteConnection& connection);

  void Apply(const AppendEvents& append);
  void Apply(const SaveSinkCursor& save);

 private:
  SqliteStatement append_;
  SqliteStatement save_cursor_;
};

class SqliteEventReader {
 public:
  explicit SqliteEventReader(SqliteConnection& connection);

  // See Store::EventsAfter. A row that does not match its checksum is left out and logged.
  std::vector<EventRecord> After(EventNumber after, std::size_t limit);
  // A damaged batch counts as one without events, of the time of the one before it.
  std::vector<EventBatch> BatchesAfter(EventNumber after, std::size_t limit);
  EventNumber Last();
  std::optional<EventNumber> SinkCursor(const std::string& sink);

 private:
  SqliteStatement after_;
  SqliteStatement last_;
  SqliteStatement cursor_;
};

}  // namespace mist
