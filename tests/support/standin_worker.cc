#include "tests/support/standin_worker.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <stdexcept>

#include <sys/socket.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>
#include <unistd.h>

#include "tests/support/standin_jobs.h"
#include "worker_protocol/worker_constants.h"

namespace mist::testing {
namespace {

using apache::thrift::TConfiguration;
using apache::thrift::protocol::TBinaryProtocol;
using apache::thrift::transport::TBufferedTransport;
using apache::thrift::transport::TSocket;

constexpr std::size_t kBatchReports = 64;
constexpr int kPatience =
    250;  // lost or refused connections; no process outlives its test for long
constexpr std::size_t kBatchBytes = 4 << 20;
// The last reports are kept until they are durable: it asks again so often, and so long.
constexpr std::chrono::milliseconds kAskAgain{20};
constexpr int kAsks = 250;

std::int64_t NowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// ---- one connection -----------------------------------------------------------------------------

struct StandinConnection::Parts {
  std::shared_ptr<TSocket> socket;
};

StandinConnection::StandinConnection(const std::string& host, std::uint16_t port)
    : parts_(std::make_shared<Parts>()) {
  // Thrift's counter of small strings must not end a long connection.
  const auto config = std::make_shared<TConfiguration>(std::numeric_limits<int>::max());
  parts_->socket = std::make_shared<TSocket>(host, port, config);
  parts_->socket->open();
  parts_->socket->setNoDelay(true);
  const auto transport = std::make_shared<TBufferedTransport>(parts_->socket, 64 << 10, config);
  client_ =
      std::make_unique<protocol::WorkerMasterClient>(std::make_shared<TBinaryProtocol>(transport));
}

void StandinConnection::Cut() {
  shutdown(parts_->socket->getSocketFD(), SHUT_RDWR);
}

protocol::Hello MakeHello(const StandinOptions& options) {
  protocol::Hello hello;
  hello.protocol_version = options.protocol_version;
  hello.worker_id = options.id;
  hello.secret = options.secret;
  hello.spark_version = "4.0.0";
  hello.process_id = getpid();
  hello.host_name = "localhost";
  hello.next_report = 1;
  return hello;
}

// ---- one job ------------------------------------------------------------------------------------

class StandinWorker::Channel : public ScriptChannel {
 public:
  Channel(StandinWorker& worker, protocol::AttemptId id) : worker_(worker), id_(std::move(id)) {}

  void ReportDownloading() override {
    protocol::Downloading downloading;
    downloading.id = id_;
    downloading.time_ms = NowMillis();
    protocol::ReportBody body;
    body.__set_downloading(downloading);
    worker_.Report(std::move(body));
  }

  void ReportStarted() override {
    protocol::Started started;
    started.id = id_;
    started.time_ms = NowMillis();
    protocol::ReportBody body;
    body.__set_started(started);
    worker_.Report(std::move(body));
  }

  void Log(std::string message) override {
    protocol::LogLine line;
    line.time_ms = NowMillis();
    line.level = protocol::LogLevel::INFO;
    line.message = std::move(message);
    protocol::LogLines lines;
    lines.id = id_;
    lines.lines.push_back(std::move(line));
    protocol::ReportBody body;
    body.__set_log_lines(lines);
    worker_.Report(std::move(body));
  }

  void SendResult(std::string bytes) override {
    protocol::ResultChunk chunk;
    chunk.id = id_;
    chunk.bytes = std::move(bytes);
    protocol::ReportBody body;
    body.__set_result_chunk(chunk);
    worker_.Report(std::move(body));
  }

  void ReportEndOfAttemptBefore() override {
    auto finished = Ended<protocol::Finished>();
    --finished.id.attempt;
    protocol::ResultChunk chunk;
    chunk.id = finished.id;
    chunk.bytes = "\"stale\"";
    protocol::ReportBody result;
    result.__set_result_chunk(chunk);
    worker_.Report(std::move(result));
    protocol::ReportBody end;
    end.__set_finished(finished);
    worker_.Report(std::move(end));
  }

  bool AwaitCancel() override {
    std::unique_lock lock(worker_.mu_);
    worker_.changed_.wait(lock, [this] { return cancelled_ || worker_.ending_; });
    return cancelled_;
  }

  bool AwaitCancelFor(std::chrono::milliseconds time) override {
    std::unique_lock lock(worker_.mu_);
    worker_.changed_.wait_for(lock, time, [this] { return cancelled_ || worker_.ending_; });
    return cancelled_;
  }

  std::string JobId() const override { return id_.job_id; }

  void AwaitEndOfWorker() override {
    std::unique_lock lock(worker_.mu_);
    worker_.changed_.wait(lock, [this] { return worker_.ending_; });
  }

  bool AwaitEndOfWorkerFor(std::chrono::milliseconds time) override {
    std::unique_lock lock(worker_.mu_);
    return worker_.changed_.wait_for(lock, time, [this] { return worker_.ending_; });
  }

  void CancelLocked() { cancelled_ = true; }
  bool EndedLocked() const { return ended_; }

  void ReportEnd(const ScriptEnd& end) {
    protocol::ReportBody body;
    switch (end.kind) {
      case ScriptEnd::Kind::kFinished:
        body.__set_finished(Ended<protocol::Finished>());
        break;
      case ScriptEnd::Kind::kCancelled:
        body.__set_cancelled(Ended<protocol::Cancelled>());
        break;
      case ScriptEnd::Kind::kFailed: {
        auto failed = Ended<protocol::Failed>();
        failed.error = end.error;
        body.__set_failed(failed);
        break;
      }
    }
    std::lock_guard lock(worker_.mu_);
    worker_.ReportLocked(std::move(body));
    ended_ = true;
    worker_.LeaveWhenIdleLocked();
  }

 private:
  template <typename Report>
  Report Ended() const {
    Report report;
    report.id = id_;
    report.time_ms = NowMillis();
    return report;
  }

  StandinWorker& worker_;
  const protocol::AttemptId id_;
  bool cancelled_ = false;  // these two are guarded by worker_.mu_
  bool ended_ = false;
};

// ---- the worker ---------------------------------------------------------------------------------

StandinWorker::StandinWorker(StandinOptions options) : options_(std::move(options)) {}

StandinWorker::~StandinWorker() {
  End();
  Join();
  for (const auto& job : jobs_) job->thread.join();
}

void StandinWorker::Start() {
  protocol::ReportBody body;
  if (options_.start_failure) {
    protocol::StartFailed failed;
    failed.message = *options_.start_failure;
    body.__set_start_failed(failed);
    Report(std::move(body));
    leaving_ = true;
  } else if (options_.gets_ready) {
    protocol::Ready ready;
    if (options_.spark_ui) ready.__set_spark_ui(*options_.spark_ui);
    ready_ = ready;
    body.__set_ready(ready);
    Report(std::move(body));
  }
  command_thread_ = std::thread([this] { CommandLoop(); });
  report_thread_ = std::thread([this] { ReportLoop(); });
}

void StandinWorker::Join() {
  if (command_thread_.joinable()) command_thread_.join();
  if (report_thread_.joinable()) report_thread_.join();
}

void StandinWorker::Disconnect() {
  std::lock_guard lock(mu_);
  CutLocked();
}

std::optional<protocol::Refused> StandinWorker::Refusal() const {
  std::lock_guard lock(mu_);
  return refusal_;
}

void StandinWorker::CommandLoop() {
  int lost_connections = 0;
  for (;;) {
    try {
      Poll(Connect());
      return;
    } catch (const protocol::Refused& refused) {
      if (refused.code != protocol::RefusalCode::STALE_SESSION) {
        {
          std::lock_guard lock(mu_);
          refusal_ = refused;
        }
        return End();
      }
    } catch (const apache::thrift::TException&) {
      // The connection is lost: dial again.
      if (++lost_connections > kPatience) return End();
    }
    std::unique_lock lock(mu_);
    CutLocked();
    if (changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return ending_; })) return;
  }
}

StandinWorker::Session StandinWorker::Connect() {
  auto commands = std::make_shared<StandinConnection>(options_.host, options_.port);
  protocol::Hello hello = MakeHello(options_);
  {
    std::lock_guard lock(mu_);
    hello.next_report = reports_.empty() ? last_report_ + 1 : reports_.front().number;
    for (const auto& job : jobs_) {
      if (job->channel->EndedLocked()) continue;
      hello.running.push_back(job->id);
      const auto age = std::chrono::steady_clock::now() - job->arrived;
      hello.running_ms.push_back(
          std::chrono::duration_cast<std::chrono::milliseconds>(age).count());
    }
    hello.__isset.running_ms = true;
    hello.__set_last_report(last_report_);
    if (ready_) hello.__set_ready(*ready_);
  }
  protocol::Welcome welcome;
  commands->Client().registerWorker(welcome, hello);
  const Session session{welcome.session, welcome.poll_ms, commands,
                        std::make_shared<StandinConnection>(options_.host, options_.port)};
  // The first call of a connection must be small, and what waits may be a piece of a result.
  protocol::ReportReply ignored;
  session.reports->Client().report(ignored, session.token, {});
  std::lock_guard lock(mu_);
  session_ = session;
  sent_through_ = welcome.received_through;
  if (ending_) CutLocked();
  changed_.notify_all();
  return session;
}

// Returns when the worker has been told to stop and has ended its jobs.
void StandinWorker::Poll(const Session& session) {
  std::int64_t confirmed = 0;
  for (;;) {
    protocol::Commands commands;
    session.commands->Client().nextCommands(commands, session.token, confirmed, session.poll_ms);
    confirmed = commands.last_command;
    for (const protocol::Command& command : commands.commands) Obey(command);
    std::lock_guard lock(mu_);
    ForgetReportsLocked(commands.durable_through);
    if (ending_) return;
  }
}

void StandinWorker::Obey(const protocol::Command& command) {
  if (command.__isset.run) return RunJob(command.run);
  if (command.__isset.cancel) {
    std::lock_guard lock(mu_);
    for (const auto& job : jobs_) {
      if (job->id == command.cancel.id) job->channel->CancelLocked();
    }
    changed_.notify_all();
  }
  if (command.__isset.stop) {
    std::lock_guard lock(mu_);
    if (!stop_reason_) stop_reason_ = command.stop.reason;
    LeaveWhenIdleLocked();
  }
}

void StandinWorker::LeaveWhenIdleLocked() {
  const auto ended = [](const auto& job) { return job->channel->EndedLocked(); };
  if (!stop_reason_ || leaving_ || !std::all_of(jobs_.begin(), jobs_.end(), ended)) return;
  leaving_ = true;
  protocol::Stopping stopping;
  stopping.reason = *stop_reason_;
  protocol::ReportBody body;
  body.__set_stopping(stopping);
  ReportLocked(std::move(body));
}

void StandinWorker::RunJob(const protocol::RunJob& run) {
  {
    std::lock_guard lock(mu_);
    const auto same = [&run](const auto& job) { return job->id == run.id; };
    if (ending_ || std::any_of(jobs_.begin(), jobs_.end(), same)) return;
  }
  auto job = std::make_unique<RunningJob>();
  job->id = run.id;
  job->arrived = std::chrono::steady_clock::now();
  job->channel = std::make_shared<Channel>(*this, run.id);
  job->thread = std::thread([this, run, channel = job->channel] {
    try {
      channel->ReportEnd(RunScript(run.class_name, ArgumentsOf(run), *channel));
    } catch (const std::exception& error) {
      channel->ReportEnd({ScriptEnd::Kind::kFailed, error.what()});
    }
  });
  std::lock_guard lock(mu_);
  jobs_.push_back(std::move(job));
}

// Goes on where it was when a connection is lost.
std::string StandinWorker::ArgumentsOf(const protocol::RunJob& run) {
  if (run.__isset.arguments) return run.arguments;
  std::string arguments;
  std::string session = AwaitSessionAfter("");
  while (!ReadMoreArguments(session, run.id, arguments)) session = AwaitSessionAfter(session);
  return arguments;
}

// False: the connection or the session was lost before the end.
bool StandinWorker::ReadMoreArguments(const std::string& session, const protocol::AttemptId& id,
                                      std::string& arguments) {
  try {
    StandinConnection connection(options_.host, options_.port);
    std::string piece;
    do {
      connection.Client().readArguments(piece, session, id,
                                        static_cast<std::int64_t>(arguments.size()),
                                        protocol::g_worker_constants.kChunkBytes);
      arguments += piece;
    } while (!piece.empty());
    return true;
  } catch (const protocol::Refused& refused) {
    if (refused.code != protocol::RefusalCode::STALE_SESSION) throw;
  } catch (const apache::thrift::transport::TTransportException&) {
    std::lock_guard lock(mu_);
    if (session_.token == session) CutLocked();  // so that another one begins
  }
  return false;
}

std::string StandinWorker::AwaitSessionAfter(const std::string& lost) {
  std::unique_lock lock(mu_);
  changed_.wait(lock,
                [&] { return ending_ || (session_.reports != nullptr && session_.token != lost); });
  if (ending_) throw std::runtime_error("the worker ended");
  return session_.token;
}

// ---- reports ------------------------------------------------------------------------------------

void StandinWorker::Report(protocol::ReportBody body) {
  std::lock_guard lock(mu_);
  ReportLocked(std::move(body));
}

void StandinWorker::ReportLocked(protocol::ReportBody body) {
  protocol::Report report;
  report.number = ++last_report_;
  report.body = std::move(body);
  reports_.push_back(std::move(report));
  changed_.notify_all();
}

void StandinWorker::ReportLoop() {
  for (int asks = 0;;) {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [this] {
      const bool connected = session_.reports != nullptr;
      return ending_ || (connected && (leaving_ || sent_through_ < last_report_));
    });
    if (ending_) return;
    if (leaving_ && sent_through_ == last_report_) {
      if (reports_.empty() || ++asks > kAsks) {
        lock.unlock();
        return End();
      }
      changed_.wait_for(lock, kAskAgain, [this] { return ending_ || session_.reports == nullptr; });
      if (ending_ || session_.reports == nullptr) continue;
    }
    const std::vector<protocol::Report> batch = NextBatchLocked();
    const Session session = session_;
    lock.unlock();
    try {
      protocol::ReportReply reply;
      session.reports->Client().report(reply, session.token, batch);
      lock.lock();
      if (session_.token == session.token && !batch.empty()) sent_through_ = batch.back().number;
      ForgetReportsLocked(reply.durable_through);
    } catch (const std::exception&) {
      lock.lock();
      if (session_.token == session.token) CutLocked();  // the other thread dials again
    }
  }
}

std::vector<protocol::Report> StandinWorker::NextBatchLocked() const {
  std::vector<protocol::Report> batch;
  std::size_t bytes = 0;
  for (const protocol::Report& report : reports_) {
    if (report.number <= sent_through_) continue;
    if (batch.size() == kBatchReports || bytes > kBatchBytes) break;
    bytes += report.body.result_chunk.bytes.size();
    batch.push_back(report);
  }
  return batch;
}

void StandinWorker::ForgetReportsLocked(std::int64_t through) {
  while (!reports_.empty() && reports_.front().number <= through) reports_.pop_front();
}

void StandinWorker::CutLocked() {
  if (session_.commands != nullptr) session_.commands->Cut();
  if (session_.reports != nullptr) session_.reports->Cut();
  session_.reports = nullptr;
}

void StandinWorker::End() {
  std::lock_guard lock(mu_);
  ending_ = true;
  CutLocked();
  changed_.notify_all();
}

// ---- as a process -------------------------------------------------------------------------------

std::filesystem::path MakeFakeSparkHome(const std::filesystem::path& folder,
                                        const std::filesystem::path& program) {
  const std::filesystem::path home = folder / "spark";
  std::filesystem::create_directories(home / "bin");
  std::filesystem::create_directories(home / "jars");
  std::filesystem::create_directories(folder / "lib");
  std::ofstream(home / "jars" / "spark-core_2.13-4.0.0.jar") << "";
  std::ofstream(folder / "lib" / "mist-worker_2.13.jar") << "";
  std::filesystem::create_symlink(program, home / "bin" / "spark-submit");
  return home;
}

}  // namespace mist::testing
