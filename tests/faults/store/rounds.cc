#include "tests/faults/store/rounds.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace mist::testing {

namespace {
constexpr int kCiRounds = 60;  // kills of the master, which all others are in proportion to
}

int FaultRounds(int wanted) {
  const char* given = std::getenv("MIST_FAULT_ROUNDS");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? wanted : std::max(1, wanted * std::stoi(given) / kCiRounds);
}

std::uint64_t FaultSeed() {
  const char* given = std::getenv("MIST_FAULT_SEED");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? 1 : std::stoull(given);
}

}  // namespace mist::testing
