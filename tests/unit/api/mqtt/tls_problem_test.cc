#include "api/mqtt/tls_problem.h"

#include <gtest/gtest.h>

namespace mist::mqtt {
namespace {

Broker Nobody() {
  Broker broker;
  broker.uri = "ssl://127.0.0.1:1";
  return broker;
}

TEST(TlsProblemTest, FilesThatCannotBeReadAreNamedWithTheirKeys) {
  Broker broker = Nobody();
  broker.ca = "/nowhere.crt";
  EXPECT_EQ(TlsProblem(broker),
            "mqtt.tls.ca cannot be used: /nowhere.crt: No such file or directory");
  broker.ca = "/dev/null";
  EXPECT_TRUE(TlsProblem(broker).starts_with("mqtt.tls.ca cannot be used: /dev/null: "));
  broker.ca.clear();
  broker.certificate = "/nowhere.crt";
  EXPECT_EQ(TlsProblem(broker),
            "mqtt.tls.certificate cannot be used: /nowhere.crt: No such file or directory");
}

TEST(TlsProblemTest, ABrokerThatIsAwayOrWithoutTlsHasNoneOfThisKind) {
  Broker broker = Nobody();
  EXPECT_EQ(TlsProblem(broker), "");
  broker.uri = "tcp://127.0.0.1:1";
  broker.ca = "/nowhere.crt";
  EXPECT_EQ(TlsProblem(broker), "");
}

}  // namespace
}  // namespace mist::mqtt
