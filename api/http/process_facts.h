// What the status route tells about this process, in the shape that the original had for its JVM.
#pragma once

#include <cstdint>

namespace mist::http {

struct MemoryFacts {
  std::int64_t used_mib = 0;
  std::int64_t committed_mib = 0;
  std::int64_t max_mib = 0;
  std::int64_t initial_mib = 0;
};

struct ProcessFacts {
  MemoryFacts
      heap;  // used: resident memory; committed: with what was paged out; max: the machine's memory
  MemoryFacts program;  // code of the program and its libraries
  std::int64_t threads = 0;
  std::int64_t peak_threads = 0;  // most that were seen at any call
};

// From /proc/self/status; fields that it lacks are 0. Any thread.
ProcessFacts ReadProcessFacts();

}  // namespace mist::http
