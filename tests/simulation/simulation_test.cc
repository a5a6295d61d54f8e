// Thousands of short histories of a broker in a hostile world; a failure prints the seed that shows
// it again.
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/world.h"

namespace mist::simulation {
namespace {

// MIST_SIM_HISTORIES: how many; MIST_SIM_SEED: the first one.
std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread changes the environment
  return text == nullptr ? otherwise : std::stoull(text);
}

// The violation of one history; empty when there is none.
std::string RunHistory(std::uint64_t seed, PlantedBug bug) {
  try {
    World(seed, bug).Run();
  } catch (const Violation& violation) {
    return "seed " + std::to_string(seed) + ": " + violation.what();
  }
  return {};
}

TEST(SimulationTest, KeepsTheInvariantsInEveryHistory) {
  const std::uint64_t first = FromEnvironment("MIST_SIM_SEED", 1);
  const std::uint64_t histories = FromEnvironment("MIST_SIM_HISTORIES", 10'000);
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    ASSERT_EQ(RunHistory(seed, PlantedBug::kNone), "") << "run again with MIST_SIM_SEED=" << seed;
  }
  RecordProperty("histories", std::to_string(histories));
}

TEST(SimulationTest, HistoriesSeeEveryEnd) {
  std::map<JobState, int> ends;
  int went_on = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world(seed, PlantedBug::kNone);
    world.Run();
    for (const auto& [state, count] : world.Ends()) ends[state] += count;
    went_on += world.WentOn();
  }
  EXPECT_GT(ends[JobState::kFinished], 500);
  EXPECT_GT(ends[JobState::kFailed], 200);
  EXPECT_GT(ends[JobState::kCancelled], 200);
  EXPECT_GT(went_on, 10);
}

class PlantedBugTest : public ::testing::TestWithParam<PlantedBug> {};

TEST_P(PlantedBugTest, IsFoundWithinTwentyHistories) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    if (!RunHistory(seed, GetParam()).empty()) return;
  }
  FAIL() << "no history showed the planted bug";
}

INSTANTIATE_TEST_SUITE_P(Simulation, PlantedBugTest,
                         ::testing::Values(PlantedBug::kAnswerBeforeCommit,
                                           PlantedBug::kForgetLostWorker,
                                           PlantedBug::kDispatchTwice, PlantedBug::kForgetAttempt,
                                           PlantedBug::kForgetRetries));

}  // namespace
}  // namespace mist::simulation
