// The suite that every Store must pass. A test file instantiates it with a factory:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformanceTest, ::testing::Values(&MakeSqliteStore));
#pragma once

#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "master/store/store.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {

using StoreFactory = std::unique_ptr<Store> (*)(const std::filesystem::path& folder);

class StoreConformanceTest : public ::testing::TestWithParam<StoreFactory> {
 protected:
  StoreConformanceTest() : store_(GetParam()(folder_.Path())) {}

  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace mist::testing
