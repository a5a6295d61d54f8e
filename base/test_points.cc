#include "base/test_points.h"

#ifdef MIST_TEST_POINTS

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <string>

#include <unistd.h>

namespace mist {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  return value == nullptr ? "" : value;
}

[[noreturn]] void Die() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

struct Switches {
  Switches() {
    const std::string given = Variable("MIST_TEST_KILL_AT");
    const std::size_t colon = given.find(':');
    const std::string name = given.substr(0, colon);
    const auto found = std::find(std::begin(kKillPoints), std::end(kKillPoints), name);
    point = static_cast<std::size_t>(found - std::begin(kKillPoints));  // none: beyond the end
    hits_left = colon == std::string::npos ? 1 : std::stoi(given.substr(colon + 1));
    bug = Variable("MIST_TEST_BUG");
  }

  std::size_t point = 0;
  std::atomic<int> hits_left = 0;
  std::string bug;
};

Switches& Given() {
  static Switches switches;
  return switches;
}

}  // namespace

void PassTestPoint(KillPoint point) {
  Switches& given = Given();
  if (point.Index() == given.point && --given.hits_left == 0) Die();
}

bool IsPlanted(PlantedBug bug) {
  return Given().bug == kPlantedBugs[bug.Index()];
}

}  // namespace mist

#endif
