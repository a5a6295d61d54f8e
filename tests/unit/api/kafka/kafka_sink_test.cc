#include "api/kafka/kafka_sink.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/jobs.h"
#include "tests/unit/api/kafka/mock_kafka.h"

namespace mist::kafka {
namespace {

JobEvent EventOf(EventNumber number, Job job) {
  return {number, JobEvent::Kind::kInitialized, FromEpochMillis(number),
          std::make_shared<const Job>(std::move(job))};
}

class KafkaSinkTest : public ::testing::Test {
 protected:
  KafkaSinkTest() {
    kafka_.MakeTopic("out");
    options_ = kafka_.Options();
    options_.publish_topics = {"out"};
  }

  MockKafka kafka_;
  KafkaOptions options_;
};

TEST_F(KafkaSinkTest, AnEventAboveTheLimitIsCountedAndHoldsUpNoOther) {
  options_.properties = {{"message.max.bytes", "2000", "m.yaml:1"}};
  KafkaConnection connection(options_.brokers);
  KafkaSink sink(options_, connection);
  Job large = testing::MakeJob("large");
  large.external_id = std::string(3000, 'x');
  sink.Deliver(std::vector{EventOf(1, testing::MakeJob("first")), EventOf(2, large),
                           EventOf(3, testing::MakeJob("last"))});
  EXPECT_EQ(sink.Dropped(), 1U);
  const std::vector<std::string> sent = kafka_.Values("out", 2);
  EXPECT_NE(sent[0].find("first"), std::string::npos);
  EXPECT_NE(sent[1].find("last"), std::string::npos);
}

TEST_F(KafkaSinkTest, ACancelledDeliveryFailsAtOnce) {
  options_.brokers = "127.0.0.1:1";
  KafkaConnection connection(options_.brokers);
  KafkaSink sink(options_, connection);
  sink.Cancel();
  EXPECT_THROW(sink.Deliver(std::vector{EventOf(1, testing::MakeJob())}), Error);
  EXPECT_EQ(sink.Dropped(), 0U);
}

}  // namespace
}  // namespace mist::kafka
