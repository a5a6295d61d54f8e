#include "master/store/stored_course.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// Takes the text up to the next blank.
std::string_view TakeWord(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view word) {
  Number number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::optional<JobStep> ParseLine(std::string_view line) {
  const auto kind = ParseEventKind(TakeWord(line));
  const auto millis = ParseNumber<std::int64_t>(TakeWord(line));
  const auto attempt = ParseNumber<std::int32_t>(TakeWord(line));
  if (!kind || !millis || !attempt) return std::nullopt;
  JobStep step{*kind, FromEpochMillis(*millis), *attempt};
  if (line.empty()) return step;
  auto more = nlohmann::json::parse(line, nullptr, false);
  if (more.is_array() && more.size() == 2 && more[1].is_number_integer()) {
    step.worker_starting = FromEpochMillis(more[1].get<std::int64_t>());
    more = nlohmann::json(more[0]);
  }
  if (!more.is_string()) return std::nullopt;
  if (*kind == JobEvent::Kind::kWorkerAssigned) {
    step.worker = WorkerId{more.get<std::string>()};
  } else {
    step.reason = more.get<std::string>();
  }
  return step;
}

}  // namespace

std::string ToStoredLine(const JobStep& step) {
  std::string line(ToString(step.kind));
  line += ' ' + std::to_string(ToEpochMillis(step.time)) + ' ' + std::to_string(step.attempt);
  const std::string_view more = step.worker ? step.worker->value : step.reason;
  if (more.empty()) return line + '\n';
  const std::string text = QuoteJson(CutUtf8(more, kMaxReasonBytes)).value;
  if (!step.worker_starting) return line + ' ' + text + '\n';
  return line + " [" + text + ',' + std::to_string(ToEpochMillis(*step.worker_starting)) + "]\n";
}

std::vector<JobStep> ParseStoredCourse(std::string_view text) {
  std::vector<JobStep> steps;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto step = ParseLine(text.substr(0, end))) steps.push_back(std::move(*step));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return steps;
}

JobStep StepOf(const MoveJob& move) {
  return {.kind = EventOf(move.to),
          .time = move.started.value_or(move.ended.value_or(move.time)),
          .attempt = move.attempt,
          .reason = move.reason};
}

JobStep StepOf(const AssignWorker& assignment) {
  return {.kind = JobEvent::Kind::kWorkerAssigned,
          .time = assignment.time,
          .attempt = assignment.attempt,
          .worker = assignment.worker,
          .worker_starting = assignment.worker_starting};
}

JobStep StepOf(const RequeueJob& requeue) {
  return {.kind = JobEvent::Kind::kQueued,
          .time = requeue.time,
          .attempt = requeue.attempt,
          .reason = requeue.reason};
}

std::vector<JobStep> CourseOf(const Job& job, const std::vector<JobStep>& stored) {
  std::vector<JobStep> course = {{JobEvent::Kind::kQueued, job.created, 0}};
  course.insert(course.end(), stored.begin(), stored.end());
  if (!stored.empty()) return course;
  if (job.worker && job.started)
    course.push_back({JobEvent::Kind::kWorkerAssigned, *job.started, job.attempt, job.worker});
  if (job.started) course.push_back({JobEvent::Kind::kStarted, *job.started, job.attempt});
  if (job.ended) course.push_back({EventOf(job.state), *job.ended, job.attempt});
  return course;
}

}  // namespace mist
