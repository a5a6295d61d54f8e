#include "tests/support/memory_store.h"

#include <memory>

#include "tests/support/jobs.h"
#include "tests/unit/master/store/store_conformance.h"

namespace mist::testing {
namespace {

std::unique_ptr<Store> MakeMemoryStore(const std::filesystem::path&) {
  return std::make_unique<MemoryStore>();
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformanceTest, ::testing::Values(&MakeMemoryStore));

TEST(MemoryStoreTest, FailsOnceWhenToldThatTheDiskIsFull) {
  MemoryStore store;
  store.FailNext(ErrorCode::kDiskFull);
  EXPECT_THROW(store.Write({InsertJob{MakeJob()}}), Error);
  store.Write({InsertJob{MakeJob()}});
  EXPECT_EQ(store.ListJobs({}).total, 1);
}

}  // namespace
}  // namespace mist::testing
