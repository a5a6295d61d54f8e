#include "api/http/thread_pool.h"

#include <atomic>
#include <future>
#include <utility>

#include <gtest/gtest.h>

namespace mist::http {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskBeforeItStops) {
  std::atomic<int> count = 0;
  ThreadPool pool({.max_running = 3, .max_waiting = 1});
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pool.Run([&] { ++count; }));
  pool.Stop();
  EXPECT_EQ(count, 1000);
  EXPECT_FALSE(pool.Run([&] { ++count; }));
}

TEST(ThreadPoolTest, NeverRunsMoreTasksThanAllowed) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  ThreadPool pool({.max_running = 2, .max_waiting = 10});
  for (int i = 0; i < 500; ++i) {
    pool.Run([&] {
      const int now = ++running;
      int known = most;
      while (known < now && !most.compare_exchange_weak(known, now)) {
      }
      --running;
    });
  }
  pool.Stop();
  EXPECT_LE(most, 2);
}

TEST(ThreadPoolTest, AWaitingThreadMakesRoomForAnother) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> ran;
  ThreadPool pool({.max_running = 1, .max_waiting = 1});
  pool.Run([&] {
    const auto scope = pool.TryWait();
    released.wait();
  });
  pool.Run([&] { ran.set_value(); });
  ran.get_future().wait();
  release.set_value();
}

TEST(ThreadPoolTest, RefusesMoreWaitersThanAllowed) {
  std::promise<bool> refused;
  ThreadPool pool({.max_running = 1, .max_waiting = 1});
  pool.Run([&] {
    const auto first = pool.TryWait();
    refused.set_value(!pool.TryWait());
  });
  EXPECT_TRUE(refused.get_future().get());
}

TEST(ThreadPoolTest, ShortWaitsLeavePlacesToLongOnes) {
  std::promise<std::pair<bool, bool>> taken;
  ThreadPool pool({.max_running = 1, .max_waiting = 2});
  pool.Run([&] {
    const auto first = pool.TryShortWait();
    const bool second = pool.TryShortWait().has_value();
    taken.set_value({second, pool.TryWait().has_value()});
  });
  EXPECT_EQ(taken.get_future().get(), std::pair(false, true));
}

}  // namespace
}  // namespace mist::http
