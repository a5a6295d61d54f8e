// The writes of the job table.
#pragma once

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Works within the transaction of its connection. Throws Error; kInternal when the job is not as
// the caller believes.
class SqliteJobWriter {
 public:
  explicit SqliteJobWriter(SqliteConnection& connection);

  void Apply(const InsertJob& insert);
  void Apply(const MoveJob& move);
  void Apply(const AssignWorker& assignment);
  void Apply(const RequeueJob& requeue);
  void Apply(const ForgetRequestKey& forget);

 private:
  SqliteStatement insert_;
  SqliteStatement move_;
  SqliteStatement assign_;
  SqliteStatement requeue_;
  SqliteStatement forget_key_;
};

}  // namespace mist
