#include "api/kafka/kafka_consumer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/mutex.h"
#include "tests/unit/api/kafka/mock_kafka.h"

namespace mist::kafka {
namespace {

const JobId kJob{"j"};

// Answers to each batch of requests what the test says, and no sooner.
class Jobs : public JobService {
 public:
  using Answer = std::variant<Outcome<JobId>, Error>;

  std::vector<Outcome<JobId>> StartAll(std::vector<StartJob> requests) override {
    MutexLock lock(mu_);
    asked_.push_back(std::move(requests));
    changed_.NotifyAll();
    changed_.Wait(mu_, [this]() REQUIRES(mu_) { return answer_.has_value(); });
    const Answer answer = *answer_;
    if (!for_ever_) answer_.reset();
    if (const auto* error = std::get_if<Error>(&answer)) throw Error(*error);
    return std::vector(asked_.back().size(), std::get<Outcome<JobId>>(answer));
  }

  // Returns the requests that wait for it.
  std::vector<StartJob> AwaitBatch(std::size_t number) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [&]() REQUIRES(mu_) { return asked_.size() > number; });
    return asked_[number];
  }

  void Say(Answer answer, bool for_ever = false) {
    MutexLock lock(mu_);
    answer_ = std::move(answer);
    for_ever_ = for_ever;
    changed_.NotifyAll();
  }

  Outcome<JobId> Start(StartJob) override { return kJob; }
  Outcome<EndedJob> StartAndWait(StartJob) override { return Refusal{}; }
  Outcome<EndedJob> AwaitEnd(const JobId&) override { return Refusal{}; }
  Outcome<EndedJob> Cancel(const JobId&) override { return Refusal{}; }
  std::optional<Job> Find(const JobId&) override { return std::nullopt; }
  std::optional<Job> FindEnded(const JobId&, Timeout) override { return std::nullopt; }
  JobPage List(const JobQuery&) override { return {}; }
  std::vector<JobStep> Course(const JobId&) override { return {}; }
  std::optional<JobWaits> WhyWaits(const JobId&) override { return std::nullopt; }
  std::shared_ptr<const SparkProgress> Progress(const JobId&) override { return nullptr; }

 private:
  Mutex mu_;
  CondVar changed_;
  std::vector<std::vector<StartJob>> asked_ GUARDED_BY(mu_);
  std::optional<Answer> answer_ GUARDED_BY(mu_);
  bool for_ever_ GUARDED_BY(mu_) = false;
};

class KafkaConsumerTest : public ::testing::Test {
 protected:
  KafkaConsumerTest() {
    for (const char* topic : {"in", "out", "dead"}) kafka_.MakeTopic(topic);
    options_ = kafka_.Options();
    options_.subscribe_topics = {"in"};
    options_.publish_topics = {"out"};
    options_.dead_letter_topic = "dead";
    connection_ = std::make_unique<KafkaConnection>(options_.brokers);
  }

  void Send(const std::string& value) {
    KafkaProducer producer(options_, *connection_);
    producer.Send(std::vector<Record>{{"in", value}});
  }

  // The consumer commits when it stops at the latest.
  std::optional<std::int64_t> CommittedAfter(KafkaConsumer& consumer) {
    consumer.Stop();
    return kafka_.Committed("in");
  }

  MockKafka kafka_;
  KafkaOptions options_;
  std::unique_ptr<KafkaConnection> connection_;
  Jobs jobs_;
};

// The master cannot take it now, twice: it is asked for again.
TEST_F(KafkaConsumerTest, AnOffsetIsCommittedWhenItsJobIsStoredAndNotBefore) {
  Send(R"({"functionId": "f", "externalId": "e"})");
  KafkaConsumer consumer(options_, *connection_, jobs_);
  consumer.Start();
  jobs_.AwaitBatch(0);
  jobs_.Say(Refusal{Refusal::Kind::kBusy, "full", ""});
  jobs_.AwaitBatch(1);
  jobs_.Say(Error(ErrorCode::kUnavailable, "the disk is full"));
  const std::vector<StartJob> asked = jobs_.AwaitBatch(2);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].function.value, "f");
  EXPECT_EQ(asked[0].external_id, "e");
  ASSERT_TRUE(asked[0].key);
  EXPECT_TRUE(asked[0].key->text.starts_with("kafka:in/0/0@"));
  EXPECT_EQ(kafka_.Committed("in"), std::nullopt);
  jobs_.Say(kJob);
  EXPECT_EQ(CommittedAfter(consumer), 1);
  EXPECT_EQ(consumer.Rejected(), 0U);
}

TEST_F(KafkaConsumerTest, WhatIsUnderWayAtAStopIsNotCommitted) {
  Send(R"({"functionId": "f"})");
  KafkaConsumer consumer(options_, *connection_, jobs_);
  consumer.Start();
  jobs_.AwaitBatch(0);
  jobs_.Say(Error(ErrorCode::kUnavailable, "the master stops"), /*for_ever=*/true);
  EXPECT_EQ(CommittedAfter(consumer), std::nullopt);
}

TEST_F(KafkaConsumerTest, ARejectedRecordIsToldAndCommitted) {
  Send("no JSON");
  Send(R"({"functionId": "f", "externalId": "e"})");
  KafkaConsumer consumer(options_, *connection_, jobs_);
  consumer.Start();
  EXPECT_EQ(jobs_.AwaitBatch(0).size(), 1U);
  jobs_.Say(Refusal{Refusal::Kind::kNotFound, "no function f", ""});
  const std::vector<std::string> told = kafka_.Values("out", 2);
  EXPECT_NE(told[0].find("malformed"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("no function f"), std::string::npos) << told[1];
  EXPECT_EQ(kafka_.Values("dead", 2)[0], "no JSON");
  EXPECT_EQ(CommittedAfter(consumer), 2);
  EXPECT_EQ(consumer.Received(), 2U);
  EXPECT_EQ(consumer.Rejected(), 2U);
}

}  // namespace
}  // namespace mist::kafka
