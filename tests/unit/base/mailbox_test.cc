#include "base/mailbox.h"

#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace mist {
namespace {

TEST(MailboxTest, GivesMessagesInOrderOfArrival) {
  Mailbox<int> mailbox;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(mailbox.Post(i));
  EXPECT_EQ(mailbox.TakeAll(), (std::deque<int>{0, 1, 2}));
}

TEST(MailboxTest, CarriesWhatCanOnlyBeMoved) {
  Mailbox<std::unique_ptr<int>> mailbox;
  mailbox.Post(std::make_unique<int>(7));
  EXPECT_EQ(*mailbox.TakeAll().front(), 7);
}

TEST(MailboxTest, AnswersEmptyWhenTheDeadlineHasPassed) {
  Mailbox<int> mailbox;
  EXPECT_TRUE(mailbox.TakeAll(std::chrono::steady_clock::now()).empty());
}

TEST(MailboxTest, ClosingWakesTheTaker) {
  Mailbox<int> mailbox;
  std::jthread closer([&] { mailbox.Close(); });
  EXPECT_TRUE(mailbox.TakeAll().empty());
}

TEST(MailboxTest, WhatCameBeforeClosingIsStillTaken) {
  Mailbox<int> mailbox;
  mailbox.Post(1);
  mailbox.Close();
  EXPECT_FALSE(mailbox.Post(2));
  EXPECT_FALSE(mailbox.Drained());
  EXPECT_EQ(mailbox.TakeAll(), std::deque<int>{1});
  EXPECT_TRUE(mailbox.Drained());
}

TEST(MailboxTest, LosesNothingOfManyPosters) {
  constexpr int kPosters = 4;
  constexpr int kMessages = 10000;
  Mailbox<int> mailbox;
  std::size_t taken = 0;
  {
    std::vector<std::jthread> posters;
    for (int p = 0; p < kPosters; ++p) {
      posters.emplace_back([&] {
        for (int i = 0; i < kMessages; ++i) mailbox.Post(i);
      });
    }
    while (taken < kPosters * kMessages) taken += mailbox.TakeAll().size();
  }
  EXPECT_EQ(taken, static_cast<std::size_t>(kPosters * kMessages));
}

}  // namespace
}  // namespace mist
