#include "cli/job_log.h"

#include <chrono>
#include <thread>

namespace mist::cli {
namespace {

// A person reads no faster, and a hundred followers cost the master two hundred small requests a
// second.
constexpr std::chrono::seconds kFollowInterval{1};

// Bounds the memory for a log of gigabytes.
constexpr std::uint64_t kPieceBytes = 1 << 20;

bool HasEnded(const nlohmann::json& job) {
  const std::string status = job.value("status", "");
  return status == "finished" || status == "failed" || status == "cancelled";
}

}  // namespace

JobLog::JobLog(ApiClient& client, const std::string& job_id)
    : client_(client), path_(ApiPath({"jobs", job_id, "logs"})) {}

void JobLog::ReadNewLines(const LineSink& sink) {
  while (ReadPiece(sink)) {
  }
}

bool JobLog::ReadPiece(const LineSink& sink) {
  constexpr int kPartialContent = 206;
  constexpr int kRangeNotSatisfiable = 416;

  const HttpAnswer answer = client_.GetRange(path_, offset_, offset_ + kPieceBytes - 1);
  if (answer.status == kRangeNotSatisfiable) return false;
  answer.RequireOk();
  const bool is_partial = answer.status == kPartialContent;
  // A proxy may drop the Range header: then the answer is the log from its start.
  const std::uint64_t skip = is_partial ? 0 : std::min<std::uint64_t>(offset_, answer.body.size());
  unfinished_line_.append(answer.body, skip);
  offset_ += answer.body.size() - skip;
  PassLines(sink);
  return is_partial && answer.body.size() == kPieceBytes;
}

void JobLog::PassLines(const LineSink& sink) {
  std::size_t start = 0;
  for (std::size_t end; (end = unfinished_line_.find('\n', start)) != std::string::npos;
       start = end + 1) {
    sink(std::string_view(unfinished_line_).substr(start, end - start));
  }
  unfinished_line_.erase(0, start);
}

void JobLog::Finish(const LineSink& sink) {
  if (!unfinished_line_.empty()) sink(unfinished_line_);
  unfinished_line_.clear();
}

nlohmann::json FollowJob(ApiClient& client, const std::string& job_id, const LineSink& sink) {
  JobLog log(client, job_id);
  while (true) {
    // The state before the log: once the state is final, the log read after it is complete.
    nlohmann::json job = client.Get(ApiPath({"jobs", job_id})).Json();
    log.ReadNewLines(sink);
    if (HasEnded(job)) {
      log.Finish(sink);
      return job;
    }
    std::this_thread::sleep_for(kFollowInterval);
  }
}

}  // namespace mist::cli
