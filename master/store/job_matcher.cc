#include "master/store/job_matcher.h"

#include <algorithm>

namespace mist {
namespace {

bool FitsAny(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const auto& one) { return MatchesGlob(one, name); });
}

}  // namespace

bool JobMatcher::FitsFacts(std::string_view function, std::string_view context,
                           std::optional<std::string_view> worker, Trigger source,
                           WallTime created) const {
  if (filter_.since && created < *filter_.since) return false;
  if (filter_.until && created >= *filter_.until) return false;
  const auto& sources = filter_.sources;
  if (!sources.empty() && std::find(sources.begin(), sources.end(), source) == sources.end())
    return false;
  if (!worker && !filter_.workers.empty()) return false;
  return FitsAny(filter_.functions, function) && FitsAny(filter_.contexts, context) &&
         FitsAny(filter_.workers, worker.value_or(""));
}

bool JobMatcher::Fits(const Job& job) const {
  const auto worker =
      job.worker ? std::optional<std::string_view>(job.worker->value) : std::nullopt;
  if (!FitsFacts(job.call.function.value, job.context.value, worker, job.source, job.created))
    return false;
  if (!WantsText()) return true;
  const bool failed = job.state == JobState::kFailed;
  return FitsText(job.id.value) || FitsText(job.external_id.value_or("")) ||
         FitsText(job.arguments.value) || (failed && job.result && FitsText(job.result->value));
}

}  // namespace mist
