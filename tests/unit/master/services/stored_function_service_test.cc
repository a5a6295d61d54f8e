#include "master/services/stored_function_service.h"

#include <future>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/master/services/services_world.h"

namespace mist {
namespace {

using testing::MakeFunction;
using testing::RefusalOf;
using testing::SchemaWith;
using testing::ServicesWorld;

std::vector<std::string> Names(const std::vector<Function>& functions) {
  std::vector<std::string> names;
  for (const Function& function : functions) names.push_back(function.config.name.value);
  return names;
}

TEST(StoredFunctionServiceTest, ACreatedFunctionIsStoredWithItsSchemaRead) {
  ServicesWorld world;
  const auto created = std::get<Function>(world.functions.Create(MakeFunction("f")));
  EXPECT_EQ(created.schema, SchemaWith({"n"}));
  EXPECT_EQ(world.store.Functions(), std::vector<FunctionConfig>{MakeFunction("f")});
}

TEST(StoredFunctionServiceTest, CreateRefusesANameThatIsTaken) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("f"));
  const Refusal refusal = RefusalOf(world.functions.Create(MakeFunction("f")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kConflict);
  EXPECT_EQ(refusal.message, "Endpoint f already exists");
  EXPECT_EQ(refusal.legacy_class, "java.lang.IllegalStateException");
}

TEST(StoredFunctionServiceTest, OfManyCreatesOfOneNameExactlyOneSucceeds) {
  ServicesWorld world;
  std::vector<std::future<Outcome<Function>>> outcomes;
  for (int i = 0; i < 16; ++i) {
    outcomes.push_back(
        std::async(std::launch::async, [&] { return world.functions.Create(MakeFunction("f")); }));
  }
  int created = 0;
  for (auto& outcome : outcomes) created += std::holds_alternative<Function>(outcome.get());
  EXPECT_EQ(created, 1);
}

TEST(StoredFunctionServiceTest, CreateNeedsTheArtifact) {
  ServicesWorld world;
  FunctionConfig config = MakeFunction("f");
  config.path = "missing.jar";
  const Refusal refusal = RefusalOf(world.functions.Create(config));
  EXPECT_EQ(refusal.message, "file should exists by path missing.jar");
  EXPECT_EQ(refusal.legacy_class, "java.lang.IllegalArgumentException");
}

TEST(StoredFunctionServiceTest, CreateTellsWhyAClassCannotBeLoaded) {
  ServicesWorld world;
  const Refusal refusal = RefusalOf(world.functions.Create(MakeFunction("f", "Bar$")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(refusal.message, "Bar$");
  EXPECT_EQ(refusal.legacy_class, "java.lang.ClassNotFoundException");
  EXPECT_TRUE(world.store.Functions().empty());
}

TEST(StoredFunctionServiceTest, CreateTellsThatTheInspectorCannotAnswer) {
  ServicesWorld world;
  world.inspector.Know("Foo$", NoAnswer{ErrorCode::kTimeout, "too slow"});
  EXPECT_EQ(RefusalOf(world.functions.Create(MakeFunction("f"))).kind, Refusal::Kind::kUnavailable);
}

TEST(StoredFunctionServiceTest, RefusesNamesThatCannotBeUsed) {
  ServicesWorld world;
  EXPECT_EQ(RefusalOf(world.functions.Create(MakeFunction("a/b"))).kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(RefusalOf(world.functions.Force(MakeFunction(""))).kind, Refusal::Kind::kInvalid);
}

TEST(StoredFunctionServiceTest, UpdateReplacesWhatIsRegistered) {
  ServicesWorld world;
  world.inspector.Know("Bar$", SchemaWith({"m"}));
  std::ignore = world.functions.Create(MakeFunction("f"));
  std::ignore = world.functions.Update(MakeFunction("f", "Bar$"));
  EXPECT_EQ(std::get<Function>(world.functions.Find(FunctionName{"f"})).schema, SchemaWith({"m"}));
}

TEST(StoredFunctionServiceTest, UpdateOfAnUnknownFunctionIsInvalid) {
  ServicesWorld world;
  const Refusal refusal = RefusalOf(world.functions.Update(MakeFunction("f")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(refusal.message, "Endpoint f does not exist");
}

TEST(StoredFunctionServiceTest, ForceStoresWithoutAnyCheckOfTheArtifact) {
  ServicesWorld world;
  FunctionConfig config = MakeFunction("f", "Bar$");
  config.path = "missing.jar";
  EXPECT_EQ(std::get<FunctionConfig>(world.functions.Force(config)), config);
  EXPECT_EQ(world.store.Functions(), std::vector<FunctionConfig>{config});
  EXPECT_TRUE(world.inspector.Described().empty());
}

TEST(StoredFunctionServiceTest, AnUploadOfNewContentsIsReadAtTheNextUse) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("f"));
  world.inspector.Know("Foo$", SchemaWith({"n", "m"}));
  world.Upload("f.jar", "b");
  EXPECT_EQ(std::get<Function>(world.functions.Find(FunctionName{"f"})).schema,
            SchemaWith({"n", "m"}));
}

TEST(StoredFunctionServiceTest, AFunctionWithoutArtifactIsNotFound) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("f"));
  world.artifacts.clear();
  EXPECT_EQ(RefusalOf(world.functions.Find(FunctionName{"f"})).kind, Refusal::Kind::kNotFound);
}

TEST(StoredFunctionServiceTest, ListLeavesOutWhatCannotBeRead) {
  ServicesWorld world;
  FunctionConfig missing = MakeFunction("missing");
  missing.path = "missing.jar";
  std::ignore = world.functions.Force(missing);
  std::ignore = world.functions.Force(MakeFunction("bad-class", "Bar$"));
  std::ignore = world.functions.Force(MakeFunction("good"));
  EXPECT_EQ(Names(world.functions.List()), std::vector<std::string>{"good"});
}

TEST(StoredFunctionServiceTest, ListDoesNotWaitLongForASlowInspection) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("known"));
  world.inspector.Hold();
  std::ignore = world.functions.Force(MakeFunction("slow", "Slow$"));
  EXPECT_EQ(Names(world.functions.List()), std::vector<std::string>{"known"});
  world.inspector.Release();
}

TEST(StoredFunctionServiceTest, ListInspectsSideBySide) {
  ServicesWorld world;
  world.inspector.Hold();
  std::ignore = world.functions.Force(MakeFunction("a", "A$"));
  std::ignore = world.functions.Force(MakeFunction("b", "B$"));
  auto listed = std::async(std::launch::async, [&] { return world.functions.List(); });
  world.inspector.WaitUntilDescribed(2);
  world.inspector.Release();
  listed.get();
}

TEST(StoredFunctionServiceTest, ADeletedFunctionIsReturnedAndGone) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("f"));
  const auto removed = std::get<Function>(world.functions.Delete(FunctionName{"f"}));
  EXPECT_EQ(removed.schema, SchemaWith({"n"}));
  EXPECT_TRUE(world.store.Functions().empty());
  EXPECT_EQ(RefusalOf(world.functions.Delete(FunctionName{"f"})).kind, Refusal::Kind::kNotFound);
}

TEST(StoredFunctionServiceTest, DeletesAFunctionWhoseArtifactIsMissing) {
  ServicesWorld world;
  FunctionConfig config = MakeFunction("f");
  config.path = "missing.py";
  std::ignore = world.functions.Force(config);
  const auto removed = std::get<Function>(world.functions.Delete(FunctionName{"f"}));
  EXPECT_EQ(removed.schema.language, FunctionLanguage::kPython);
}

TEST(StoredFunctionServiceTest, UsesThePythonOfTheDefaultContext) {
  ServicesWorld world;
  ContextConfig context = testing::MakeContext("py");
  context.spark_conf["spark.pyspark.python"] = "/opt/python";
  std::ignore = world.contexts.Save(context);
  FunctionConfig config = MakeFunction("f");
  config.default_context = context.name;
  std::ignore = world.functions.Create(config);
  EXPECT_EQ(world.inspector.Described().at(0).python, "/opt/python");
}

TEST(StoredFunctionServiceTest, AFunctionThatCannotBeStoredIsNotRegistered) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("other"));  // its schema is known now
  world.store.FailNext(ErrorCode::kDiskFull);
  EXPECT_THROW(std::ignore = world.functions.Create(MakeFunction("f")), Error);
  EXPECT_EQ(RefusalOf(world.functions.Find(FunctionName{"f"})).kind, Refusal::Kind::kNotFound);
}

TEST(StoredFunctionServiceTest, AStartingMasterKnowsWhatIsStored) {
  ServicesWorld world;
  std::ignore = world.functions.Create(MakeFunction("f"));
  StoredFunctionService next(world.store,
                             [&](const std::string& path) { return world.Resolve(path); },
                             world.schemas, world.contexts, {});
  EXPECT_TRUE(std::holds_alternative<Function>(next.Find(FunctionName{"f"})));
}

// A service of its own with one function of router.conf.
struct DeclaredWorld : ServicesWorld {
  StoredFunctionService service{store,
                                [this](const std::string& path) { return Resolve(path); },
                                schemas,
                                contexts,
                                {"python3", Millis(20), {MakeFunction("declared")}}};
};

TEST(StoredFunctionServiceTest, AFunctionOfRouterConfIsThereAndCannotBeDeleted) {
  DeclaredWorld world;
  EXPECT_EQ(std::get<Function>(world.service.Find(FunctionName{"declared"})).config,
            MakeFunction("declared"));
  EXPECT_EQ(Names(world.service.List()), std::vector<std::string>{"declared"});
  EXPECT_EQ(RefusalOf(world.service.Create(MakeFunction("declared"))).kind,
            Refusal::Kind::kConflict);
  const Refusal refusal = RefusalOf(world.service.Delete(FunctionName{"declared"}));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kInvalid);
  EXPECT_NE(refusal.message.find("router.conf"), std::string::npos);
}

TEST(StoredFunctionServiceTest, AStoredFunctionHidesThatOfRouterConfUntilItIsDeleted) {
  DeclaredWorld world;
  world.inspector.Know("Bar$", SchemaWith({"m"}));
  std::ignore = world.service.Update(MakeFunction("declared", "Bar$"));
  const FunctionName name{"declared"};
  EXPECT_EQ(std::get<Function>(world.service.Find(name)).config.class_name, "Bar$");
  EXPECT_EQ(std::get<Function>(world.service.Delete(name)).config.class_name, "Bar$");
  EXPECT_EQ(std::get<Function>(world.service.Find(name)).config.class_name, "Foo$");
}

TEST(StoredFunctionServiceTest, SaysThatNothingIsFetchedFromElsewhere) {
  ServicesWorld world;
  FunctionConfig config = MakeFunction("f");
  config.path = "hdfs://host:9000/f.jar";
  EXPECT_EQ(RefusalOf(world.functions.Create(config)).message,
            "file should exists by path hdfs://host:9000/f.jar: a path is the name of an uploaded "
            "artifact or a file on the master's disk; nothing is fetched from elsewhere");
}

}  // namespace
}  // namespace mist
