// fill-store DATABASE COUNT: adds so many copies of the newest job to the database of a master that
// has stopped. For tests and measurements of a master that has much to take up.
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "master/store/sqlite_store.h"

namespace mist {
namespace {

constexpr int kBatch = 5'000;

Job NewestJob(Store& store) {
  JobQuery query;
  query.limit = 1;
  const JobPage page = store.ListJobs(query);
  if (page.jobs.empty()) throw Error(ErrorCode::kInvalidInput, "there is no job to copy");
  ContinueUuid7After(page.jobs.front().id.value);
  return page.jobs.front();
}

void Fill(const std::string& file, int count) {
  const auto store = OpenSqliteStore({.file = file});
  Job job = NewestJob(*store);
  job.request_key.reset();  // no two jobs have the same one
  for (int left = count; left > 0; left -= kBatch) {
    std::vector<Mutation> batch;
    for (int i = 0; i < std::min(left, kBatch); ++i) {
      job.id.value = NewUuid7(job.created);
      batch.emplace_back(InsertJob{job});
    }
    store->Write(std::move(batch));
  }
}

}  // namespace
}  // namespace mist

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "fill-store DATABASE COUNT\n";
    return 2;
  }
  try {
    mist::Fill(argv[1], std::stoi(argv[2]));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "fill-store: " << error.what() << '\n';
    return 1;
  }
}
