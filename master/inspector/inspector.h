// The client of one inspector process.
//
// Requests are pure questions, so one that was in flight when the process died is asked again,
// once, of the next process; when that one dies too, it is answered by kUnavailable. A
// request that the process does not answer in its time means that the process hangs: it is killed
// and the request gets kTimeout, while the others in flight are asked again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "master/inspector/function_inspector.h"
#include "master/inspector/inspector_messages.h"
#include "master/inspector/inspector_process.h"

namespace mist {

struct InspectorOptions {
  InspectorProcessOptions process;
  std::string python_path;         // where Python functions find mistpy
  Millis request_timeout{20'000};  // what one request may take inside the process
  Millis answer_grace{
      10'000};  // and on top of it, start of the process included, before it is killed
  Millis queue_timeout{60'000};   // how long a request may wait for its turn
  std::size_t max_in_flight = 4;  // what the process works on at once; more would only age there
  Millis first_backoff{100};      // between a death and the next start, doubled up to max_backoff
  Millis max_backoff{10'000};
};

// `java -cp <inspector jar>:<Spark's jars> <main class>`, tuned to start fast.
std::vector<std::string> InspectorCommand(const std::string& java,
                                          const std::filesystem::path& inspector_jar,
                                          const std::filesystem::path& spark_home);

// Owns the process and one thread that starts it, at once and again whenever it ends, and talks to
// it. Describe and Validate from any thread; their `done` runs on that thread. Destroying it
// answers every open request by kUnavailable.
class Inspector : public FunctionInspector {
 public:
  explicit Inspector(InspectorOptions options);
  ~Inspector() override;
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  void Describe(const InspectedFunction& function,
                std::function<void(DescribeResult)> done) override EXCLUDES(mu_);
  void Validate(const InspectedFunction& function, const JsonText& arguments,
                std::function<void(ValidateResult)> done) override EXCLUDES(mu_);

  // Kills the process and answers open requests, and all later ones, by kUnavailable. No `done`
  // runs on the thread afterwards. Idempotent; from the thread that destroys it.
  void Stop() EXCLUDES(mu_);

 private:
  using Result = std::variant<FunctionSchema, Validation, InspectionProblem, NoAnswer>;
  struct Request {
    std::string line;
    std::function<void(Result)> done;
    MonoTime deadline;  // while it waits for its turn: to be sent; afterwards: to be answered
    bool sent = false;
    int deaths = 0;  // of processes that had it
  };
  using Requests = std::map<std::int64_t, Request>;  // by id: oldest first

  void Ask(const std::function<std::string(std::int64_t id)>& encode,
           std::function<void(Result)> done) EXCLUDES(mu_);
  void Run() EXCLUDES(mu_);
  void ServeProcess() EXCLUDES(mu_);
  // False when a sent request was not answered in time.
  bool DropExpired() EXCLUDES(mu_);
  std::vector<std::string> TakeTurn() EXCLUDES(mu_);
  std::optional<MonoTime> NextDeadline() EXCLUDES(mu_);
  void TakeAnswer(const std::string& line) EXCLUDES(mu_);
  void SettleDeath(const Error& reason) EXCLUDES(mu_);
  void WaitBackoff() EXCLUDES(mu_);
  bool IsStopping() EXCLUDES(mu_);

  const InspectorOptions options_;  // constant after construction
  const RequestTerms terms_;
  const FileHandle wake_;  // eventfd: a new request, or the end
  Millis backoff_;         // of thread_ only

  Mutex mu_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::int64_t last_id_ GUARDED_BY(mu_) = 0;
  Requests requests_ GUARDED_BY(mu_);

  std::jthread thread_;  // last: ends before the fields it uses die
};

}  // namespace mist
