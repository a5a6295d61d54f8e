#include "cli/job_pages.h"

#include <algorithm>

#include "base/error.h"
#include "cli/listing.h"

namespace mist::cli {
namespace {

constexpr std::size_t kPageJobs = 500;

Error NoJobList(const HttpAnswer& answer) {
  return Error(ErrorCode::kInvalidInput, "the answer of " + answer.url + " is not a list of jobs");
}

}  // namespace

JobPages::JobPages(ApiClient& client, Query filter, std::optional<std::size_t> limit)
    : client_(client), filter_(std::move(filter)), left_(limit) {}

std::optional<JobPage> JobPages::Next() {
  if (is_over_) return {};
  const std::size_t wanted = std::min(left_.value_or(kPageJobs), kPageJobs);
  Query query = filter_;
  query.emplace_back("limit", std::to_string(wanted));
  if (!last_id_.empty()) query.emplace_back("before", last_id_);
  HttpAnswer answer = client_.Get(ApiPath({"jobs"}), query);
  nlohmann::json jobs = answer.Json();
  if (!jobs.is_array()) throw NoJobList(answer);

  const std::size_t count = jobs.size();
  if (left_) *left_ -= std::min(count, *left_);
  is_over_ = count < wanted || left_ == std::size_t{0};
  try {
    const std::string last_id = count == 0 ? "" : TextOf(jobs.back(), "jobId");
    // Mist 1.1 does not know `before` and would give the same page for ever.
    if (!last_id.empty() && last_id == last_id_) return {};
    last_id_ = last_id;
  } catch (const nlohmann::json::exception&) {
    throw NoJobList(answer);
  }
  return JobPage{std::move(answer), std::move(jobs)};
}

}  // namespace mist::cli
