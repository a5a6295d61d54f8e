// Job lists of any length: the master gives them page by page, newest first.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/api_client.h"

namespace mist::cli {

struct JobPage {
  HttpAnswer answer;    // an array of jobs
  nlohmann::json jobs;  // the same, parsed
};

class JobPages {
 public:
  // Without a limit the list goes on to its end. Uses the client while it reads.
  JobPages(ApiClient& client, Query filter, std::optional<std::size_t> limit);

  // nullopt after the last page; the first call always gives one. Throws Error when the answer is
  // no list of jobs.
  std::optional<JobPage> Next();

 private:
  ApiClient& client_;
  const Query filter_;
  std::optional<std::size_t> left_;
  std::string last_id_;
  bool is_over_ = false;
};

}  // namespace mist::cli
