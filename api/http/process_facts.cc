#include "api/http/process_facts.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <unistd.h>

namespace mist::http {
namespace {

// "VmRSS:     1234 kB" is {"VmRSS:", 1234}.
std::map<std::string, std::int64_t> ReadStatusNumbers() {
  std::map<std::string, std::int64_t> numbers;
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::int64_t number = 0;
    if (words >> name >> number) numbers[name] = number;
  }
  return numbers;
}

std::int64_t MachineMib() {
  return sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) >> 10) >> 10;
}

std::int64_t NotePeak(std::int64_t threads) {
  static std::atomic<std::int64_t> peak = 0;
  std::int64_t known = peak;
  while (known < threads && !peak.compare_exchange_weak(known, threads)) {
  }
  return std::max(known, threads);
}

}  // namespace

ProcessFacts ReadProcessFacts() {
  auto numbers = ReadStatusNumbers();
  const std::int64_t resident = numbers["VmRSS:"] >> 10;
  const std::int64_t code = (numbers["VmExe:"] + numbers["VmLib:"]) >> 10;
  const std::int64_t threads = numbers["Threads:"];
  return {
      .heap = {.used_mib = resident,
               .committed_mib = resident + (numbers["VmSwap:"] >> 10),
               .max_mib = MachineMib()},
      .program = {.used_mib = code, .committed_mib = code, .max_mib = code, .initial_mib = code},
      .threads = threads,
      .peak_threads = NotePeak(threads),
  };
}

}  // namespace mist::http
