#include "api/kafka/kafka_connection.h"

#include <utility>

#include "base/log.h"

namespace mist::kafka {
namespace {

constexpr int kScramWorks = 0x020601ff;  // the version of librdkafka

// Older ones send what Kafka 4 does not take, and it blames the password.
std::string WithAdvice(const std::string& problem) {
  const bool is_old =
      problem.find("SCRAM") != std::string::npos && RdKafka::version() < kScramWorks;
  if (!is_old) return problem;
  return problem + "; this is librdkafka " + RdKafka::version_str() +
         ", and it takes librdkafka 2.6.1 to log in to Kafka 4 with SCRAM; use another "
         "sasl.mechanism";
}

}  // namespace

bool KafkaConnection::IsUp() const {
  MutexLock lock(mu_);
  return state_ == State::kUp;
}

void KafkaConnection::Tell(const std::string& kind, const std::string& problem) {
  MutexLock lock(mu_);
  if (!told_.insert(kind).second) return;
  log::Warn("kafka_problem", {{"brokers", brokers_}, {"reason", problem}});
}

// The consumer's statistics list its brokers with their states; a connected one is "UP".
void KafkaConnection::event_cb(RdKafka::Event& event) {
  switch (event.type()) {
    case RdKafka::Event::EVENT_STATS:
      SetUp(event.str().find("\"state\":\"UP\"") != std::string::npos, "no broker answers");
      return;
    case RdKafka::Event::EVENT_ERROR:
      if (event.err() == RdKafka::ERR__ALL_BROKERS_DOWN) {
        SetUp(false, event.str());
      } else if (event.err() != RdKafka::ERR__TRANSPORT && event.err() != RdKafka::ERR__RESOLVE) {
        Tell(RdKafka::err2str(event.err()), WithAdvice(event.str()));
      }
      return;
    case RdKafka::Event::EVENT_LOG:
      log::Debug("kafka_client", {{"facility", event.fac()}, {"text", event.str()}});
      return;
    case RdKafka::Event::EVENT_THROTTLE:
      return;
  }
}

void KafkaConnection::SetUp(bool up, const std::string& reason) {
  MutexLock lock(mu_);
  const State now = up ? State::kUp : State::kDown;
  if (std::exchange(state_, now) == now) return;
  if (up) {
    told_.clear();
    log::Info("kafka_connected", {{"brokers", brokers_}});
  } else {
    log::Warn("kafka_unavailable",
              {{"brokers", brokers_},
               {"reason", reason},
               {"effect", "requests are taken and events sent when it is there again"}});
  }
}

}  // namespace mist::kafka
