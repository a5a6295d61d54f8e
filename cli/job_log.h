// Reading a job's log, once or until the job ends. The API has no push for logs on plain HTTP yet,
// so following asks again at an interval; an event stream would take the place of FollowJob alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/api_client.h"

namespace mist::cli {

// Takes one line without its newline.
using LineSink = std::function<void(std::string_view line)>;

// One reader's place in one job's log. Uses the client while it reads.
class JobLog {
 public:
  JobLog(ApiClient& client, const std::string& job_id);

  // Passes on every whole line that was written since the last call. Throws Error when the master
  // does not know the job.
  void ReadNewLines(const LineSink& sink);

  // Passes on a last line that has no newline. After that the log is over.
  void Finish(const LineSink& sink);

 private:
  // False when the end of the log was reached.
  bool ReadPiece(const LineSink& sink);
  void PassLines(const LineSink& sink);

  ApiClient& client_;
  const std::string path_;
  std::uint64_t offset_ = 0;
  std::string unfinished_line_;
};

// Passes the log on while the job runs. Returns its JobDetails in a final state.
nlohmann::json FollowJob(ApiClient& client, const std::string& job_id, const LineSink& sink);

}  // namespace mist::cli
