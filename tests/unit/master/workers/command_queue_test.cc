#include "master/workers/command_queue.h"

#include <future>

#include <gtest/gtest.h>

namespace mist {
namespace {

using Batch = CommandQueue::Batch;
using Refusal = CommandQueue::Refusal;

protocol::Command Stop(const std::string& reason) {
  protocol::Stop stop;
  stop.reason = reason;
  protocol::Command command;
  command.__set_stop(stop);
  return command;
}

MonoTime In(Millis wait) {
  return SystemClock().Mono() + wait;
}

TEST(CommandQueueTest, ReturnsEmptyAtTheDeadline) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  const auto batch = std::get<Batch>(queue.Take(session, 0, In(Millis(1))));
  EXPECT_TRUE(batch.commands.empty());
  EXPECT_EQ(batch.last, 0);
}

TEST(CommandQueueTest, HandsOutCommandsUntilTheyAreConfirmed) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  queue.Push(Stop("a"));
  queue.Push(Stop("b"));
  EXPECT_EQ(std::get<Batch>(queue.Take(session, 0, In(Millis(0)))).commands.size(), 2u);
  const auto again = std::get<Batch>(queue.Take(session, 1, In(Millis(0))));
  ASSERT_EQ(again.commands.size(), 1u);
  EXPECT_EQ(again.commands[0].stop.reason, "b");
  EXPECT_EQ(again.last, 2);
  EXPECT_TRUE(std::get<Batch>(queue.Take(session, 2, In(Millis(0)))).commands.empty());
}

TEST(CommandQueueTest, NumbersUnconfirmedCommandsAnewInANewSession) {
  CommandQueue queue;
  const auto first = queue.BeginSession();
  queue.Push(Stop("a"));
  queue.Push(Stop("b"));
  (void)queue.Take(first, 0, In(Millis(0)));
  (void)queue.Take(first, 1, In(Millis(0)));
  const auto second = queue.BeginSession();
  const auto batch = std::get<Batch>(queue.Take(second, 0, In(Millis(0))));
  ASSERT_EQ(batch.commands.size(), 1u);
  EXPECT_EQ(batch.commands[0].stop.reason, "b");
  EXPECT_EQ(batch.last, 1);
  EXPECT_EQ(std::get<Refusal>(queue.Take(first, 1, In(Millis(0)))), Refusal::kStaleSession);
}

TEST(CommandQueueTest, RefusesToConfirmWhatWasNeverSent) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  queue.Push(Stop("a"));
  EXPECT_EQ(std::get<Refusal>(queue.Take(session, 1, In(Millis(0)))), Refusal::kNeverSent);
}

// Both wait at some time, in either order; the earlier one is ended by the later.
TEST(CommandQueueTest, ASecondTakeEndsTheFirst) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  const auto take = [&] { return queue.Take(session, 0, In(Millis(30'000))); };
  auto one = std::async(std::launch::async, take);
  auto other = std::async(std::launch::async, take);
  while (one.wait_for(Millis(1)) != std::future_status::ready &&
         other.wait_for(Millis(1)) != std::future_status::ready) {
  }
  queue.Push(Stop("a"));
  EXPECT_EQ(
      std::get<Batch>(one.get()).commands.size() + std::get<Batch>(other.get()).commands.size(),
      1u);
}

TEST(CommandQueueTest, EndWaitingReachesACallThatIsOnItsWay) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  queue.EndWaiting();
  EXPECT_TRUE(std::get<Batch>(queue.Take(session, 0, MonoTime::max())).commands.empty());
  auto next =
      std::async(std::launch::async, [&] { return queue.Take(session, 0, MonoTime::max()); });
  queue.Push(Stop("a"));  // and only one
  EXPECT_EQ(std::get<Batch>(next.get()).commands.size(), 1u);
}

TEST(CommandQueueTest, CloseEndsAWaitingTake) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  auto waiting =
      std::async(std::launch::async, [&] { return queue.Take(session, 0, In(Millis(30'000))); });
  queue.Close();
  EXPECT_EQ(std::get<Refusal>(waiting.get()), Refusal::kStaleSession);
}

TEST(CommandQueueTest, KeepsOneReplySmallWhenArgumentsAreLarge) {
  CommandQueue queue;
  const auto session = queue.BeginSession();
  protocol::RunJob run;
  run.__set_arguments(std::string(1 << 20, 'x'));
  protocol::Command command;
  command.__set_run(run);
  for (int i = 0; i < 10; ++i) queue.Push(command);
  const auto batch = std::get<Batch>(queue.Take(session, 0, In(Millis(0))));
  EXPECT_GE(batch.commands.size(), 1u);
  EXPECT_LT(batch.commands.size(), 5u);
  EXPECT_EQ(batch.last, static_cast<std::int64_t>(batch.commands.size()));
}

}  // namespace
}  // namespace mist
