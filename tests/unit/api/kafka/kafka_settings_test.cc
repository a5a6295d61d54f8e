#include "api/kafka/kafka_settings.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mist::kafka {
namespace {

std::string Get(const Conf& conf, const std::string& name) {
  std::string value;
  EXPECT_EQ(conf->get(name, value), RdKafka::Conf::CONF_OK) << name;
  return value;
}

KafkaOptions With(Property property) {
  KafkaOptions options;
  options.brokers = "a:1,b:2";
  options.group = "g";
  options.properties.push_back(std::move(property));
  return options;
}

std::string ErrorOf(const Property& property) {
  try {
    ProducerConf(With(property));
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kInvalidConfig);
    return error.what();
  }
}

TEST(KafkaSettingsTest, PropertiesReachBothClients) {
  const KafkaOptions options = With({"sasl.username", "mist", "m.yaml:3"});
  EXPECT_EQ(Get(ConsumerConf(options), "sasl.username"), "mist");
  EXPECT_EQ(Get(ProducerConf(options), "sasl.username"), "mist");
  EXPECT_EQ(Get(ProducerConf(options), "metadata.broker.list"), "a:1,b:2");
}

TEST(KafkaSettingsTest, TheConsumerStartsAtTheBeginningUnlessToldOtherwise) {
  EXPECT_EQ(Get(ConsumerConf(With({"client.id", "x", ""})), "auto.offset.reset"), "smallest");
  EXPECT_EQ(Get(ConsumerConf(With({"auto.offset.reset", "latest", ""})), "auto.offset.reset"),
            "largest");
  EXPECT_EQ(Get(ConsumerConf(With({"client.id", "x", ""})), "enable.auto.offset.store"), "false");
}

TEST(KafkaSettingsTest, EventsAreSentOnceAndInOrder) {
  const Conf conf = ProducerConf(With({"client.id", "x", ""}));
  EXPECT_EQ(Get(conf, "enable.idempotence"), "true");
  EXPECT_EQ(Get(conf, "request.required.acks"), "-1");
  EXPECT_EQ(Get(conf, "message.timeout.ms"), "0");
}

TEST(KafkaSettingsTest, WhatThePromisesStandOnCannotBeSet) {
  EXPECT_EQ(ErrorOf({"acks", "1", "m.yaml:3"}),
            "m.yaml:3: kafka.properties: acks cannot be set: events are sent once and in order");
  EXPECT_EQ(ErrorOf({"group.id", "1", "m.yaml:3"}),
            "m.yaml:3: kafka.properties: group.id cannot be set: see kafka.group");
}

TEST(KafkaSettingsTest, UnknownPropertiesAndWrongValuesAreRefusedWithTheirPlace) {
  EXPECT_EQ(ErrorOf({"no.such", "1", "m.yaml:3"}).find("m.yaml:3: kafka.properties: no.such: "),
            0U);
  EXPECT_EQ(ErrorOf({"socket.timeout.ms", "x", "m.yaml:4"})
                .find("m.yaml:4: kafka.properties: socket.timeout.ms: "),
            0U);
}

}  // namespace
}  // namespace mist::kafka
