#include "master/services/schema_source.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/unit/master/services/fake_inspector.h"

namespace mist {
namespace {

struct SchemaWorld {
  SchemaWorld() { inspector.Know("Foo$", testing::SchemaWith({"n"})); }

  SchemaResult Read(const std::string& class_name, const std::string& sha256 = "a") {
    return schemas.Begin({"/data/f.jar", "f.jar", sha256, class_name, "python3"})->Wait();
  }

  // Batches are written in order: after this one, earlier ones are durable.
  void AwaitStore() { store.Write({SaveFunction{}}); }

  testing::MemoryStore store;
  testing::FakeInspector inspector;
  SchemaSource schemas{store, inspector};
};

FunctionSchema SchemaOf(const SchemaResult& result) {
  return *std::get<std::shared_ptr<const FunctionSchema>>(result);
}

TEST(SchemaSourceTest, AsksTheInspectorOnlyOnceForTheSameContents) {
  SchemaWorld world;
  EXPECT_EQ(SchemaOf(world.Read("Foo$")), testing::SchemaWith({"n"}));
  EXPECT_EQ(SchemaOf(world.Read("Foo$")), testing::SchemaWith({"n"}));
  EXPECT_EQ(world.inspector.Described().size(), 1U);
}

TEST(SchemaSourceTest, AsksAgainForOtherContents) {
  SchemaWorld world;
  world.Read("Foo$", "a");
  world.Read("Foo$", "b");
  EXPECT_EQ(world.inspector.Described().size(), 2U);
}

TEST(SchemaSourceTest, FindsInTheStoreWhatAnEarlierMasterRead) {
  SchemaWorld world;
  world.Read("Foo$");
  world.AwaitStore();
  SchemaSource next_master(world.store, world.inspector);
  ASSERT_NE(next_master.FindKnown("a", "Foo$"), nullptr);
  EXPECT_EQ(*next_master.FindKnown("a", "Foo$"), testing::SchemaWith({"n"}));
}

TEST(SchemaSourceTest, CallersAtTheSameTimeShareOneInspection) {
  SchemaWorld world;
  world.inspector.Hold();
  const InspectedFunction function{"/data/f.jar", "f.jar", "a", "Foo$", "python3"};
  const auto first = world.schemas.Begin(function);
  const auto second = world.schemas.Begin(function);
  world.inspector.Release();
  EXPECT_EQ(SchemaOf(first->Wait()), SchemaOf(second->Wait()));
  EXPECT_EQ(world.inspector.Described().size(), 1U);
}

TEST(SchemaSourceTest, DoesNotKeepFailures) {
  SchemaWorld world;
  EXPECT_TRUE(std::holds_alternative<InspectionProblem>(world.Read("Bar$")));
  world.inspector.Know("Bar$", testing::SchemaWith({}));
  EXPECT_EQ(SchemaOf(world.Read("Bar$")), testing::SchemaWith({}));
}

TEST(SchemaSourceTest, PassesOnThatTheInspectorCannotAnswer) {
  SchemaWorld world;
  world.inspector.Know("Foo$", NoAnswer{ErrorCode::kTimeout, "too slow"});
  EXPECT_EQ(std::get<NoAnswer>(world.Read("Foo$")).code, ErrorCode::kTimeout);
}

TEST(SchemaSourceTest, ASchemaThatCannotBeStoredIsUsedAllTheSame) {
  SchemaWorld world;
  world.store.FailNext(ErrorCode::kDiskFull);
  EXPECT_EQ(SchemaOf(world.Read("Foo$")), testing::SchemaWith({"n"}));
}

TEST(SchemaSourceTest, AReadThatTakesTooLongCanBeLeft) {
  SchemaWorld world;
  world.inspector.Hold();
  const auto read = world.schemas.Begin({"/data/f.jar", "f.jar", "a", "Foo$", "python3"});
  EXPECT_FALSE(read->WaitUntil(std::chrono::steady_clock::now()).has_value());
  world.inspector.Release();
  EXPECT_EQ(SchemaOf(read->Wait()), testing::SchemaWith({"n"}));
}

}  // namespace
}  // namespace mist
