// The job history of an old installation, whatever database it lies in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "master/import/job_row.h"

namespace mist {

// Used by one thread. All of it throws Error: the text says what could not be read and how to mend
// it.
class JobHistory {
 public:
  using TakeRow = std::function<void(const JobRow& row)>;

  virtual ~JobHistory() = default;

  virtual std::int64_t CountRows() = 0;
  // Every row once, after CountRows(). Memory does not depend on their number.
  virtual void Read(const TakeRow& take) = 0;
};

// Where it is, as the old configuration says it.
struct OldDatabase {
  std::string url;  // jdbc:h2:... or jdbc:postgresql:...
  std::string user;
  std::string password;
};

}  // namespace mist
