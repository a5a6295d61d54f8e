// How often, and from which seed: every failure can be repeated alone.
#pragma once

#include <cstdint>

namespace mist::testing {

// MIST_FAULT_ROUNDS, else what the test wants.
int FaultRounds(int wanted);
// MIST_FAULT_SEED, else 1. Round n has seed + n; to repeat it, set its seed and one round.
std::uint64_t FaultSeed();

}  // namespace mist::testing
