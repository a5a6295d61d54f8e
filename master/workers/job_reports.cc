#include "master/workers/job_reports.h"

#include <ranges>
#include <string>
#include <utility>
#include <variant>

#include "contexts/argument_check.h"
#include "contexts/utf8.h"
#include "worker_protocol/worker_constants.h"

namespace mist {
namespace {

constexpr std::size_t kMaxStageNameBytes = 1'000;

LogLevel ToLevel(protocol::LogLevel::type level) {
  switch (level) {
    case protocol::LogLevel::DEBUG:
      return LogLevel::kDebug;
    case protocol::LogLevel::WARN:
      return LogLevel::kWarn;
    case protocol::LogLevel::ERROR:
      return LogLevel::kError;
    case protocol::LogLevel::INFO:
      break;
  }
  return LogLevel::kInfo;
}

LogLine ToLine(const protocol::LogLine& line) {
  LogLine result;
  result.time = FromEpochMillis(line.time_ms);
  result.level = ToLevel(line.level);
  result.message = line.message;
  if (line.__isset.stack_trace) result.stack_trace = line.stack_trace;
  return result;
}

LogLine DroppedLine(std::int64_t dropped, WallTime time) {
  LogLine line;
  line.time = time;
  line.level = LogLevel::kWarn;
  line.message =
      std::to_string(dropped) + " log lines were dropped by the worker: its buffer was full";
  return line;
}

SparkStage::State ToState(protocol::StageState::type state) {
  switch (state) {
    case protocol::StageState::RUNNING:
      return SparkStage::State::kRunning;
    case protocol::StageState::COMPLETED:
      return SparkStage::State::kCompleted;
    case protocol::StageState::FAILED:
      return SparkStage::State::kFailed;
    case protocol::StageState::WAITING:
      break;
  }
  return SparkStage::State::kWaiting;
}

SparkStage ToStage(const protocol::SparkStage& stage) {
  SparkStage result{stage.id,
                    stage.attempt,
                    std::string(CutUtf8(stage.name, kMaxStageNameBytes)),
                    ToState(stage.state),
                    stage.tasks,
                    stage.running_tasks,
                    stage.completed_tasks,
                    stage.failed_tasks,
                    {},
                    {}};
  if (stage.__isset.begin_ms) result.begin = FromEpochMillis(stage.begin_ms);
  if (stage.__isset.end_ms) result.end = FromEpochMillis(stage.end_ms);
  return result;
}

std::shared_ptr<const SparkProgress> ToProgress(const protocol::SparkProgress& report) {
  auto progress = std::make_shared<SparkProgress>();
  progress->time = FromEpochMillis(report.time_ms);
  progress->jobs = {report.running_jobs, report.completed_jobs, report.failed_jobs};
  progress->stages = {report.waiting_stages, report.running_stages, report.completed_stages,
                      report.failed_stages, report.skipped_stages};
  progress->tasks = {report.tasks, report.running_tasks, report.completed_tasks,
                     report.failed_tasks};
  const auto shown = report.stages | std::views::take(protocol::g_worker_constants.kMaxStages);
  for (const protocol::SparkStage& stage : shown) progress->shown.push_back(ToStage(stage));
  return progress;
}

}  // namespace

JobReports::JobReports(WorkerId worker, std::int64_t max_result_bytes, RunningAttempts& attempts,
                       std::shared_ptr<LogPressure> log_pressure, BrokerInbox& inbox)
    : worker_(std::move(worker)),
      max_result_bytes_(max_result_bytes),
      attempts_(attempts),
      log_pressure_(std::move(log_pressure)),
      inbox_(inbox) {}

bool JobReports::Take(const protocol::ReportBody& body, std::int64_t number) {
  if (body.__isset.downloading) return Take(body.downloading), true;
  if (body.__isset.started) return Take(body.started), true;
  if (body.__isset.log_lines) return Take(body.log_lines), true;
  if (body.__isset.spark_progress) return Take(body.spark_progress), true;
  if (body.__isset.result_chunk) return Take(body.result_chunk, number), true;
  if (body.__isset.finished) return Take(body.finished), true;
  if (body.__isset.failed) return Take(body.failed), true;
  if (body.__isset.cancelled) return Take(body.cancelled), true;
  return false;
}

void JobReports::Take(const protocol::Downloading& report) {
  if (!attempts_.Knows(report.id)) return;
  inbox_.Post(JobDownloading{Ref(report.id), FromEpochMillis(report.time_ms)});
}

void JobReports::Take(const protocol::Started& report) {
  if (!attempts_.Knows(report.id)) return;
  inbox_.Post(JobStarted{Ref(report.id), FromEpochMillis(report.time_ms)});
}

// The lines of an attempt that has ended are given to the broker too: a function's threads may log
// after its result. The broker knows whether the attempt is over.
void JobReports::Take(const protocol::LogLines& report) {
  LogBatch batch;
  batch.lines.reserve(report.lines.size() + 1);
  for (const protocol::LogLine& line : report.lines) batch.lines.push_back(ToLine(line));
  if (report.dropped > 0) {
    const WallTime time = batch.lines.empty() ? SystemClock().Wall() : batch.lines.back().time;
    batch.lines.push_back(DroppedLine(report.dropped, time));
  }
  if (batch.lines.empty()) return;
  batch.written = log_pressure_->Begin();
  inbox_.Post(JobLogged{Ref(report.id), std::move(batch)});
}

void JobReports::Take(const protocol::SparkProgress& report) {
  if (!attempts_.Knows(report.id)) return;
  inbox_.Post(JobProgressed{Ref(report.id), ToProgress(report)});
}

void JobReports::Take(const protocol::ResultChunk& report, std::int64_t number) {
  attempts_.AddToResult(report.id, report.bytes, number);
}

void JobReports::Take(const protocol::Finished& report) {
  std::optional<RunningAttempts::Result> result = attempts_.End(report.id);
  if (!result) return;
  if (result->bytes > max_result_bytes_) {
    return Fail(report.id, "The result has " + std::to_string(result->bytes) +
                               " bytes, the limit is " + std::to_string(max_result_bytes_) +
                               ": write large results to storage and return where they are");
  }
  auto checked = CompactJson(result->text);
  if (const BadJson* bad = std::get_if<BadJson>(&checked)) {
    return Fail(report.id, "The worker sent a result that is not JSON: " + bad->message);
  }
  inbox_.Post(JobFinished{Ref(report.id), std::move(std::get<JsonText>(checked))});
}

void JobReports::Take(const protocol::Failed& report) {
  if (attempts_.End(report.id)) Fail(report.id, report.error);
}

void JobReports::Take(const protocol::Cancelled& report) {
  if (attempts_.End(report.id)) inbox_.Post(JobCancelled{Ref(report.id)});
}

AttemptRef JobReports::Ref(const protocol::AttemptId& id) const {
  return AttemptRef{worker_, JobId{id.job_id}, id.attempt};
}

void JobReports::Fail(const protocol::AttemptId& id, std::string error) {
  inbox_.Post(JobFailed{Ref(id), std::move(error)});
}

}  // namespace mist
