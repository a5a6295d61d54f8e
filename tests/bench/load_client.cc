// Calls servers in turn, a block of calls each, so that whatever else the machine does meets all of
// them alike; prints what it measured as one JSON object by target.
//
//   calls     one connection, one call after the other: the time of each, without the nanoseconds
//             that the answer's "payload" says the function itself took
//   accepts   many connections, each with one call under way: answers per second
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/http_connection.h"

namespace mist::bench {
namespace {

using Json = nlohmann::json;
using SteadyClock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

struct Target {
  std::string name;
  std::uint16_t port = 0;
  std::string request;  // as bytes
};

// "mist=2004/v2/api/functions/f/jobs"
Target ParseTarget(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t slash = text.find('/');
  if (equals == std::string::npos || slash == std::string::npos || slash < equals) {
    throw std::runtime_error("a target is name=port/path, not " + text);
  }
  const int port = std::stoi(text.substr(equals + 1, slash - equals - 1));
  return {text.substr(0, equals), static_cast<std::uint16_t>(port),
          "POST " + text.substr(slash) +
              " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}"};
}

HttpAnswer Checked(HttpAnswer answer) {
  if (answer.status != 200) {
    throw std::runtime_error("answer " + std::to_string(answer.status) + ": " + answer.body);
  }
  return answer;
}

// ---- calls --------------------------------------------------------------------------------------

struct CallPlan {
  int calls = 5000;
  int block = 250;
  int warm_up = 500;
};

struct CallTimes {
  std::vector<double> overhead;  // microseconds
  std::vector<double> own;
};

void MeasureCall(HttpConnection& connection, const Target& target, CallTimes& times) {
  const auto start = SteadyClock::now();
  connection.Send(target.request);
  const HttpAnswer answer = Checked(connection.Receive());
  const Microseconds took = SteadyClock::now() - start;
  const Json json = Json::parse(answer.body);
  if (!json.at("success").get<bool>()) throw std::runtime_error("a call failed: " + answer.body);
  const Microseconds own = std::chrono::nanoseconds(json.at("payload").get<std::int64_t>());
  times.overhead.push_back((took - own).count());
  times.own.push_back(own.count());
}

double Percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Json Summary(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {{"min", times.front()},
          {"p50", Percentile(times, 0.5)},
          {"p90", Percentile(times, 0.9)},
          {"p99", Percentile(times, 0.99)}};
}

Json MeasureCalls(const std::vector<Target>& targets, const CallPlan& plan) {
  std::vector<std::unique_ptr<HttpConnection>> connections;
  for (const Target& target : targets) {
    connections.push_back(std::make_unique<HttpConnection>(target.port));
    CallTimes unused;
    for (int i = 0; i < plan.warm_up; ++i) MeasureCall(*connections.back(), target, unused);
  }
  std::map<std::string, CallTimes> times;
  for (int done = 0; done < plan.calls; done += plan.block) {
    for (std::size_t t = 0; t < targets.size(); ++t) {
      for (int i = 0; i < std::min(plan.block, plan.calls - done); ++i) {
        MeasureCall(*connections[t], targets[t], times[targets[t].name]);
      }
    }
  }
  Json result;
  for (auto& [name, measured] : times) {
    result[name] = {{"overhead_us", Summary(measured.overhead)}, {"own_us", Summary(measured.own)}};
  }
  return result;
}

// ---- accepts ------------------------------------------------------------------------------------

struct AcceptPlan {
  int connections = 8;
  int milliseconds = 1000;
  int rounds = 5;
};

// Connections of one server, served by this thread alone.
class Crowd {
 public:
  Crowd(const Target& target, int size) : target_(target), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < size; ++i) {
      auto connection = std::make_unique<HttpConnection>(target.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = connection.get();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->Socket(), &event);
      connections_.push_back(std::move(connection));
    }
  }
  ~Crowd() { close(epoll_); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  double AnswersPerSecond(std::chrono::milliseconds period) {
    const auto start = SteadyClock::now();
    for (const auto& connection : connections_) connection->Send(target_.request);
    int answers = 0;
    while (SteadyClock::now() < start + period) answers += AnswerSome(/*call_again=*/true);
    const std::chrono::duration<double> took = SteadyClock::now() - start;
    for (int left = static_cast<int>(connections_.size()); left > 0;) left -= AnswerSome(false);
    return answers / took.count();
  }

 private:
  int AnswerSome(bool call_again) {
    std::array<epoll_event, 64> events{};
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < ready; ++i) {
      auto& connection =
          *static_cast<HttpConnection*>(events[static_cast<std::size_t>(i)].data.ptr);
      Checked(connection.Receive());  // small answers come in one piece
      if (call_again) connection.Send(target_.request);
    }
    return std::max(ready, 0);
  }

  const Target& target_;
  int epoll_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
};

Json MeasureAccepts(const std::vector<Target>& targets, const AcceptPlan& plan) {
  const std::chrono::milliseconds period(plan.milliseconds);
  std::vector<std::unique_ptr<Crowd>> crowds;
  for (const Target& target : targets) {
    crowds.push_back(std::make_unique<Crowd>(target, plan.connections));
    crowds.back()->AnswersPerSecond(period / 4);
  }
  Json result;
  for (int round = 0; round < plan.rounds; ++round) {
    for (std::size_t t = 0; t < targets.size(); ++t) {
      result[targets[t].name].push_back(crowds[t]->AnswersPerSecond(period));
    }
  }
  return result;
}

std::vector<Target> ParseTargets(const std::vector<std::string>& texts) {
  std::vector<Target> targets;
  for (const std::string& text : texts) targets.push_back(ParseTarget(text));
  return targets;
}

}  // namespace
}  // namespace mist::bench

int main(int argc, char** argv) {
  using namespace mist::bench;  // NOLINT(google-build-using-namespace): main is part of it
  CLI::App app("Calls servers in turn and measures");
  std::vector<std::string> targets;
  CallPlan call_plan;
  AcceptPlan accept_plan;
  app.add_option("--target", targets, "name=port/path, once for each server")->required();
  app.require_subcommand(1);
  CLI::App* calls = app.add_subcommand("calls", "time of each call");
  calls->add_option("--calls", call_plan.calls, "of each server");
  calls->add_option("--block", call_plan.block, "calls of one server before the next one's turn");
  calls->add_option("--warm-up", call_plan.warm_up, "calls of each server before the measurement");
  CLI::App* accepts = app.add_subcommand("accepts", "answers per second");
  accepts->add_option("--connections", accept_plan.connections);
  accepts->add_option("--milliseconds", accept_plan.milliseconds, "of one round");
  accepts->add_option("--rounds", accept_plan.rounds, "of each server");
  CLI11_PARSE(app, argc, argv);
  try {
    const std::vector<Target> parsed = ParseTargets(targets);
    const Json result =
        calls->parsed() ? MeasureCalls(parsed, call_plan) : MeasureAccepts(parsed, accept_plan);
    std::printf("%s\n", result.dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
