#include "master/services/caller_table.h"

#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mist {
namespace {

AnswerBody Accepted(const std::string& id) {
  return JobAccepted{JobId{id}};
}

std::string AcceptedId(const std::optional<AnswerBody>& answer) {
  return std::get<JobAccepted>(*answer).job.value;
}

TEST(CallerTableTest, GivesEachCallerItsOwnAnswer) {
  CallerTable table;
  CallerTicket first(table);
  CallerTicket second(table);
  table.Deliver({second.Id(), Accepted("b")});
  table.Deliver({first.Id(), Accepted("a")});
  EXPECT_EQ(AcceptedId(first.Wait()), "a");
  EXPECT_EQ(AcceptedId(second.Wait()), "b");
}

TEST(CallerTableTest, WakesACallerThatWaits) {
  CallerTable table;
  CallerTicket ticket(table);
  auto answer = std::async(std::launch::async, [&] { return ticket.Wait(); });
  table.Deliver({ticket.Id(), Accepted("a")});
  EXPECT_EQ(AcceptedId(answer.get()), "a");
}

TEST(CallerTableTest, DropsAnswersOfCallersThatAreGone) {
  CallerTable table;
  CallerId gone = 0;
  {
    CallerTicket ticket(table);
    gone = ticket.Id();
  }
  table.Deliver({gone, Accepted("a")});
  CallerTicket next(table);
  EXPECT_NE(next.Id(), gone);
}

TEST(CallerTableTest, CloseWakesCallersWithoutAnAnswer) {
  CallerTable table;
  CallerTicket ticket(table);
  auto answer = std::async(std::launch::async, [&] { return ticket.Wait(); });
  table.Close();
  EXPECT_FALSE(answer.get().has_value());
}

TEST(CallerTableTest, EndingLongWaitsLeavesOthersWaiting) {
  CallerTable table;
  CallerTicket lasting(table);
  CallerTicket brief(table);
  auto long_answer = std::async(std::launch::async, [&] { return lasting.WaitLong({}); });
  auto short_answer = std::async(std::launch::async, [&] { return brief.Wait(); });
  table.EndLongWaits();
  EXPECT_FALSE(long_answer.get().has_value());
  EXPECT_FALSE(CallerTicket(table).WaitLong({}).has_value());
  table.Deliver({brief.Id(), Accepted("a")});
  EXPECT_EQ(AcceptedId(short_answer.get()), "a");
}

TEST(CallerTableTest, AWaitAfterCloseEndsAtOnce) {
  CallerTable table;
  table.Close();
  CallerTicket ticket(table);
  EXPECT_FALSE(ticket.Wait().has_value());
}

TEST(CallerTableTest, AWaitEndsAtItsLimit) {
  CallerTable table;
  CallerTicket ticket(table);
  EXPECT_FALSE(ticket.WaitFor(std::chrono::milliseconds(1)).has_value());
}

TEST(CallerTableTest, AnAnswerThatCameBeforeCloseIsKept) {
  CallerTable table;
  CallerTicket ticket(table);
  table.Deliver({ticket.Id(), Accepted("a")});
  table.Close();
  EXPECT_EQ(AcceptedId(ticket.Wait()), "a");
}

TEST(CallerTableTest, ServesManyThreadsAtOnce) {
  CallerTable table;
  std::vector<std::jthread> callers;
  for (int thread = 0; thread < 8; ++thread) {
    callers.emplace_back([&table] {
      for (int i = 0; i < 500; ++i) {
        CallerTicket ticket(table);
        std::jthread broker([&] { table.Deliver({ticket.Id(), Accepted("a")}); });
        EXPECT_EQ(AcceptedId(ticket.Wait()), "a");
      }
    });
  }
}

}  // namespace
}  // namespace mist
