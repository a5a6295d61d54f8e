#include "master/services/stored_context_service.h"

#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/master/services/services_world.h"

namespace mist {
namespace {

using testing::MakeContext;
using testing::RefusalOf;

struct ContextWorld {
  static ContextConfig FromFile() {
    ContextConfig context = MakeContext("from-file");
    context.max_jobs = 3;
    return context;
  }

  testing::MemoryStore store;
  testing::FakeBroker broker;
  StoredContextService contexts{store, broker, MakeContext(kDefaultContext), {FromFile()}};
};

std::vector<std::string> Names(const std::vector<ContextConfig>& contexts) {
  std::vector<std::string> names;
  for (const ContextConfig& context : contexts) names.push_back(context.name.value);
  return names;
}

TEST(StoredContextServiceTest, ListsStoredOnesThoseOfTheFileAndDefault) {
  ContextWorld world;
  std::ignore = world.contexts.Save(MakeContext("a"));
  EXPECT_EQ(Names(world.contexts.List()), (std::vector<std::string>{"a", "default", "from-file"}));
}

TEST(StoredContextServiceTest, ASavedContextIsDurableBeforeTheBrokerHearsOfIt) {
  ContextWorld world;
  std::vector<std::string> durable;
  world.broker.SetScript([&](const Input&) { durable = Names(world.store.Contexts()); });
  std::ignore = world.contexts.Save(MakeContext("a"));
  EXPECT_EQ(durable, std::vector<std::string>{"a"});
}

TEST(StoredContextServiceTest, TheBrokerHearsNothingOfAContextThatCannotBeStored) {
  ContextWorld world;
  world.store.FailNext(ErrorCode::kDiskFull);
  EXPECT_THROW(std::ignore = world.contexts.Save(MakeContext("a")), Error);
  EXPECT_TRUE(world.broker.Inputs().empty());
  EXPECT_FALSE(world.contexts.Find(ContextName{"a"}).has_value());
}

TEST(StoredContextServiceTest, RepairingTellsTheBrokerOfTheContextAsItIs) {
  ContextWorld world;
  EXPECT_EQ(std::get<ContextConfig>(world.contexts.Repair({"from-file"})).max_jobs, 3);
  EXPECT_EQ(world.broker.InputsOf<ContextSaved>().size(), 1U);
  EXPECT_EQ(RefusalOf(world.contexts.Repair({"none"})).kind, Refusal::Kind::kNotFound);
}

FailedStarts Broken(const std::string& context) {
  return {{context}, 5, true, FromEpochMillis(1), FromEpochMillis(2), {}, "exit code 3"};
}

TEST(StoredContextServiceTest, WhoRepairsOrSavesAContextSeesItsTroubleNoMore) {
  ContextWorld world;
  std::ignore = world.contexts.Save(MakeContext("a"));
  for (const char* name : {"a", "from-file"}) {
    world.store.Write({SaveFailedStarts{Broken("a")}, SaveFailedStarts{Broken("from-file")}});
    std::ignore = world.contexts.Repair({name});
    ASSERT_EQ(world.contexts.FailingContexts().size(), 1U);
    EXPECT_NE(world.contexts.FailingContexts()[0].context.value, name);
  }
  world.store.Write({SaveFailedStarts{Broken("a")}});
  std::ignore = world.contexts.Save(MakeContext("a"));
  EXPECT_TRUE(world.contexts.FailingContexts().empty());
}

TEST(StoredContextServiceTest, AContextThatNobodyDefinedCanBeRepairedWhileItFails) {
  ContextWorld world;
  world.store.Write({SaveFailedStarts{Broken("undefined")}});
  EXPECT_EQ(std::get<ContextConfig>(world.contexts.Repair({"undefined"})),
            MakeContext("undefined"));
  EXPECT_EQ(RefusalOf(world.contexts.Repair({"undefined"})).kind, Refusal::Kind::kNotFound);
  EXPECT_EQ(world.contexts.Find({"undefined"}), std::nullopt);
}

TEST(StoredContextServiceTest, TheBrokerHearsOfStoredTroubleAfterItsContext) {
  ContextWorld world;
  world.store.Write({SaveFailedStarts{Broken("from-file")}});
  world.contexts.AnnounceAll();
  const auto recovered = world.broker.InputsOf<FailedStartsRecovered>();
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].failed, Broken("from-file"));
  EXPECT_TRUE(std::holds_alternative<FailedStartsRecovered>(world.broker.Inputs().back()));
}

TEST(StoredContextServiceTest, SavingAnEqualContextWritesNothingButTellsTheBroker) {
  ContextWorld world;
  std::ignore = world.contexts.Save(MakeContext("a"));
  world.store.FailNext(ErrorCode::kDiskFull);  // would fail a write
  std::ignore = world.contexts.Save(MakeContext("a"));
  EXPECT_EQ(world.broker.InputsOf<ContextSaved>().size(), 2U);
}

TEST(StoredContextServiceTest, AStoredContextWinsOverTheFile) {
  ContextWorld world;
  ContextConfig changed = ContextWorld::FromFile();
  changed.max_jobs = 7;
  std::ignore = world.contexts.Save(changed);
  EXPECT_EQ(world.contexts.Find(changed.name)->max_jobs, 7);
}

TEST(StoredContextServiceTest, DeletingAStoredContextBringsBackThatOfTheFile) {
  ContextWorld world;
  ContextConfig changed = ContextWorld::FromFile();
  changed.max_jobs = 7;
  std::ignore = world.contexts.Save(changed);
  EXPECT_EQ(std::get<ContextConfig>(world.contexts.Delete(changed.name)), changed);
  EXPECT_EQ(world.contexts.Find(changed.name), ContextWorld::FromFile());
  EXPECT_EQ(world.broker.InputsOf<ContextSaved>().back().config, ContextWorld::FromFile());
}

TEST(StoredContextServiceTest, TellsTheBrokerOfADeletedContext) {
  ContextWorld world;
  std::ignore = world.contexts.Save(MakeContext("a"));
  std::ignore = world.contexts.Delete(ContextName{"a"});
  ASSERT_EQ(world.broker.InputsOf<ContextDeleted>().size(), 1U);
  EXPECT_TRUE(world.store.Contexts().empty());
}

TEST(StoredContextServiceTest, OnlyStoredContextsCanBeDeleted) {
  ContextWorld world;
  for (const char* name : {"default", "from-file", "unknown"}) {
    EXPECT_EQ(RefusalOf(world.contexts.Delete(ContextName{name})).kind, Refusal::Kind::kNotFound);
  }
}

TEST(StoredContextServiceTest, DefaultCannotBeWritten) {
  ContextWorld world;
  for (const auto& outcome : {world.contexts.Save(MakeContext(kDefaultContext)),
                              world.contexts.Update(MakeContext(kDefaultContext))}) {
    EXPECT_EQ(RefusalOf(outcome).message, "Can not create context with name:\"default\"");
    EXPECT_EQ(RefusalOf(outcome).legacy_class, "java.lang.IllegalArgumentException");
  }
}

TEST(StoredContextServiceTest, UpdateNeedsAContextThatExists) {
  ContextWorld world;
  const Refusal refusal = RefusalOf(world.contexts.Update(MakeContext("a")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kNotFound);
  EXPECT_EQ(refusal.message, "Context with name a not found");
  EXPECT_TRUE(
      std::holds_alternative<ContextConfig>(world.contexts.Update(ContextWorld::FromFile())));
}

TEST(StoredContextServiceTest, RefusesSettingsThatCouldRunNothing) {
  ContextWorld world;
  for (auto member : {&ContextConfig::max_jobs, &ContextConfig::jobs_per_worker,
                      &ContextConfig::max_conn_failures}) {
    ContextConfig context = MakeContext("a");
    context.*member = 0;
    EXPECT_EQ(RefusalOf(world.contexts.Save(context)).kind, Refusal::Kind::kInvalid);
  }
}

TEST(StoredContextServiceTest, RefusesNamesThatCannotBeUsed) {
  ContextWorld world;
  for (const char* name : {"", "..", "a/b", "a\nb"}) {
    EXPECT_EQ(RefusalOf(world.contexts.Save(MakeContext(name))).kind, Refusal::Kind::kInvalid);
  }
  EXPECT_TRUE(
      std::holds_alternative<ContextConfig>(world.contexts.Save(MakeContext("jane.doe_etl"))));
}

TEST(StoredContextServiceTest, AReloadTellsTheBrokerOfWhatChangedByIt) {
  ContextWorld world;
  ContextConfig hidden = MakeContext("hidden");
  std::ignore = world.contexts.Save(hidden);
  const std::size_t before = world.broker.Inputs().size();
  ContextConfig defaults = MakeContext(kDefaultContext);
  defaults.max_jobs = 9;
  hidden.max_jobs = 5;
  world.contexts.Reload(defaults, {MakeContext("new"), hidden});
  const auto inputs = world.broker.Inputs();
  ASSERT_EQ(inputs.size(), before + 3);  // default, from-file, new: in this order
  EXPECT_EQ(std::get<ContextSaved>(inputs[before]).config, defaults);
  EXPECT_EQ(std::get<ContextDeleted>(inputs[before + 1]).name.value, "from-file");
  EXPECT_EQ(std::get<ContextSaved>(inputs[before + 2]).config, MakeContext("new"));
  EXPECT_EQ(world.contexts.Defaults().max_jobs, 9);
  EXPECT_EQ(world.contexts.Find(ContextName{"hidden"})->max_jobs, 1);
}

TEST(StoredContextServiceTest, AReloadOfTheSameTellsNothing) {
  ContextWorld world;
  world.contexts.Reload(MakeContext(kDefaultContext), {ContextWorld::FromFile()});
  EXPECT_TRUE(world.broker.Inputs().empty());
}

TEST(StoredContextServiceTest, AStartingMasterAnnouncesEveryContext) {
  ContextWorld world;
  std::ignore = world.contexts.Save(MakeContext("a"));
  testing::FakeBroker next_broker;
  StoredContextService next(world.store, next_broker, MakeContext(kDefaultContext), {});
  next.AnnounceAll();
  EXPECT_EQ(next_broker.InputsOf<ContextSaved>().size(), 2U);
}

}  // namespace
}  // namespace mist
