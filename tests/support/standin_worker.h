// A worker without Spark that speaks the real protocol: registers, polls for commands, reports,
// keeps its reports until they are durable and dials again when it loses a connection. Its jobs are
// the scripts of standin_jobs.h. tests/integration/worker/protocol_cases.py holds it and the real
// harness to the same.
//
// In a test's own process:
//
//   StandinWorker worker({.port = host.Port(), .id = "w", .secret = secret});
//   worker.Start();
//
// As a process: the program standin-worker is given to a fake Spark home as bin/spark-submit
// (FakeSparkHome below), so that a master starts it as it would start a real driver. It then takes
// from its command line --master, --name and these settings (--conf key=value), the context's
// sparkConf:
//
//   standin.start   ready (default); fail: reports that the start failed; exit: writes two lines
//   and exits with code 3;
//                   die: kills itself with SIGKILL; mute: registers and never gets ready; leave:
//                   leaves a driver behind and exits with code 0, as spark-submit does in cluster
//                   mode
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "worker_protocol/WorkerMaster.h"

namespace mist::testing {

struct StandinOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string id;
  std::string secret;
  std::int32_t protocol_version = 1;
  std::optional<std::string> spark_ui;
  std::optional<std::string> start_failure;  // reports StartFailed with it instead of Ready
  bool gets_ready = true;                    // false: registers and reports nothing
};

// One connection, for tests that want to make the calls themselves. Throws what Thrift throws.
class StandinConnection {
 public:
  StandinConnection(const std::string& host, std::uint16_t port);
  protocol::WorkerMasterClient& Client() { return *client_; }
  // Any thread: a call that waits fails.
  void Cut();

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
  std::unique_ptr<protocol::WorkerMasterClient> client_;
};

// A Hello as a worker sends it at first.
protocol::Hello MakeHello(const StandinOptions& options);

class StandinWorker {
 public:
  explicit StandinWorker(StandinOptions options);
  // Cuts its connections and ends its jobs, as a driver that dies.
  ~StandinWorker();
  StandinWorker(const StandinWorker&) = delete;
  StandinWorker& operator=(const StandinWorker&) = delete;

  void Start();
  // Waits until it has stopped as it was told, has failed to start, or was refused.
  void Join();
  // Loses both connections; it dials again at once.
  void Disconnect();
  // Why the master refused it, if it did.
  std::optional<protocol::Refused> Refusal() const;

 private:
  class Channel;
  struct RunningJob {
    protocol::AttemptId id;
    std::chrono::steady_clock::time_point arrived;
    std::shared_ptr<Channel> channel;
    std::thread thread;
  };
  struct Session {
    std::string token;
    std::int32_t poll_ms = 0;
    std::shared_ptr<StandinConnection> commands;
    std::shared_ptr<StandinConnection> reports;
  };

  void CommandLoop();
  void ReportLoop();
  Session Connect();
  void Poll(const Session& session);
  void Obey(const protocol::Command& command);
  void RunJob(const protocol::RunJob& run);
  std::string ArgumentsOf(const protocol::RunJob& run);
  bool ReadMoreArguments(const std::string& session, const protocol::AttemptId& id,
                         std::string& arguments);
  std::string AwaitSessionAfter(const std::string& lost);
  void Report(protocol::ReportBody body);
  void ReportLocked(protocol::ReportBody body);
  void LeaveWhenIdleLocked();
  void ForgetReportsLocked(std::int64_t through);
  std::vector<protocol::Report> NextBatchLocked() const;
  void CutLocked();
  void End();

  const StandinOptions options_;
  mutable std::mutex mu_;
  std::condition_variable changed_;
  Session session_;
  std::optional<protocol::Ready> ready_;
  std::deque<protocol::Report> reports_;  // not durable yet
  std::int64_t last_report_ = 0;
  std::int64_t sent_through_ = 0;  // in this session
  std::vector<std::unique_ptr<RunningJob>> jobs_;
  std::optional<std::string> stop_reason_;  // the master wants it to end when its jobs have ended
  bool leaving_ = false;                    // the last report is among reports_
  bool ending_ = false;
  std::optional<protocol::Refused> refusal_;
  std::thread command_thread_;
  std::thread report_thread_;
};

// A folder that passes for a Spark 4 whose spark-submit is the given program; also makes
// <mist_home>/lib with an empty worker jar. Returns the Spark home.
std::filesystem::path MakeFakeSparkHome(const std::filesystem::path& folder,
                                        const std::filesystem::path& program);

}  // namespace mist::testing
