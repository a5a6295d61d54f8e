#include "master/import/job_row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "base/error.h"
#include "contexts/argument_check.h"
#include "contexts/json_members.h"
#include "contexts/utf8.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

using Column = std::optional<std::string> JobRow::*;

constexpr std::array<std::pair<std::string_view, Column>, 15> kColumns{{
    {"path", &JobRow::path},
    {"class_name", &JobRow::class_name},
    {"namespace", &JobRow::name_space},
    {"parameters", &JobRow::parameters},
    {"external_id", &JobRow::external_id},
    {"function", &JobRow::function},
    {"endpoint", &JobRow::function},
    {"source", &JobRow::source},
    {"job_id", &JobRow::job_id},
    {"start_time", &JobRow::start_time},
    {"end_time", &JobRow::end_time},
    {"job_result", &JobRow::job_result},
    {"status", &JobRow::status},
    {"worker_id", &JobRow::worker_id},
    {"create_time", &JobRow::create_time},
}};

// What the original puts on jobs that its end has cut off.
constexpr char kStopped[] = "Worker was stopped";
// Above what any result needs; the file is trusted as far as the old master was.
constexpr JsonLimits kLimits{.max_depth = 10'000};
constexpr std::size_t kShownBytes = 80;

std::string_view NameOf(Column column) {
  for (const auto& [name, candidate] : kColumns) {
    if (candidate == column) return name;
  }
  return "";
}

[[noreturn]] void Refuse(Column column, const std::string& problem, std::string_view value) {
  throw Error(ErrorCode::kInvalidInput, std::string(NameOf(column)) + " " + problem + ": " +
                                            std::string(CutUtf8(value, kShownBytes)));
}

// Reads one row; the first problem ends it by an Error that ToJob() turns into its outcome.
class RowReader {
 public:
  explicit RowReader(const JobRow& row) : row_(row) {}

  ImportedJob Read(WallTime now) {
    Job job;
    job.id.value = Id();
    job.call = Call();
    job.context.value = Text(&JobRow::name_space);
    job.arguments = Arguments();
    job.external_id = row_.external_id;
    job.source = Source();
    job.created = Required(Time(&JobRow::create_time), &JobRow::create_time);
    job.started = Time(&JobRow::start_time);
    job.ended = Time(&JobRow::end_time);
    if (row_.worker_id) job.worker = WorkerId{*row_.worker_id};
    job.attempt = row_.worker_id ? 1 : 0;
    job.state = State();
    if (!IsTerminal(job.state)) return CutOff(std::move(job), now);
    job.result = Result(job.state);
    return {std::move(job), false};
  }

 private:
  static ImportedJob CutOff(Job job, WallTime now) {
    job.state = JobState::kFailed;
    job.ended = now;
    job.result = QuoteJson(kStopped);
    return {std::move(job), true};
  }

  template <typename Value>
  static Value Required(std::optional<Value> value, Column column) {
    if (!value) Refuse(column, "is missing", "NULL");
    return *std::move(value);
  }

  std::string Text(Column column) const { return Required(row_.*column, column); }

  // Lower case and of 36 characters: it becomes part of a file's name and of positions in lists.
  std::string Id() const {
    const std::string id = Text(&JobRow::job_id);
    const auto fits = [&](std::size_t i) {
      const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      const bool hex = (id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f');
      return dash ? id[i] == '-' : hex;
    };
    bool is_uuid = id.size() == 36;
    for (std::size_t i = 0; is_uuid && i < id.size(); ++i) is_uuid = fits(i);
    if (!is_uuid) Refuse(&JobRow::job_id, "is no UUID", id);
    return id;
  }

  // What the artifact held at that time is not known.
  FunctionCall Call() const {
    FunctionCall call;
    call.function.value = Text(&JobRow::function);
    call.artifact_name = Text(&JobRow::path);
    call.class_name = Text(&JobRow::class_name);
    const bool python = call.artifact_name.ends_with(".py") || call.artifact_name.ends_with(".egg");
    call.language = python ? FunctionLanguage::kPython : FunctionLanguage::kScala;
    return call;
  }

  JsonText Json(Column column) const {
    const std::string text = Text(column);
    auto parsed = CompactJson(text, kLimits);
    if (const auto* bad = std::get_if<BadJson>(&parsed)) {
      Refuse(column, "is no JSON (" + bad->message + ")", text);
    }
    return std::get<JsonText>(std::move(parsed));
  }

  JsonText Arguments() const {
    JsonText arguments = Json(&JobRow::parameters);
    if (!arguments.value.starts_with('{')) {
      Refuse(&JobRow::parameters, "is no JSON object", arguments.value);
    }
    return arguments;
  }

  // "Async Kafka" and "Async Mqtt" were written in more than one case.
  Trigger Source() const {
    const std::string text = Text(&JobRow::source);
    std::string name = text;
    if (name.starts_with("Async")) {
      const std::size_t word = std::max<std::size_t>(name.find_last_of(' ') + 1, 5);
      name = name.substr(word);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (name == "kafka") return Trigger::kKafka;
      if (name == "mqtt") return Trigger::kMqtt;
    }
    const std::optional<Trigger> source = ParseTrigger(text);
    if (!source) Refuse(&JobRow::source, "is unknown", text);
    return *source;
  }

  std::optional<WallTime> Time(Column column) const {
    const std::optional<std::string>& text = row_.*column;
    if (!text) return std::nullopt;
    constexpr std::int64_t kLatest = (std::int64_t{1} << 48) - 1;  // what an id can hold
    std::int64_t millis = 0;
    const char* const end = text->data() + text->size();
    const auto [parsed, error] = std::from_chars(text->data(), end, millis);
    if (error != std::errc() || parsed != end || millis < 0 || millis > kLatest) {
      Refuse(column, "is no time in milliseconds", *text);
    }
    return FromEpochMillis(millis);
  }

  JobState State() const {
    const std::string text = Text(&JobRow::status);
    const std::optional<JobState> state = ParseJobState(text);
    if (!state) Refuse(&JobRow::status, "is unknown", text);
    return *state;
  }

  // The value or the error out of its wrapper.
  std::optional<JsonText> Result(JobState state) const {
    if (!row_.job_result || state == JobState::kCancelled) return std::nullopt;
    JsonText stored = Json(&JobRow::job_result);
    if (state == JobState::kFailed && stored.value.starts_with('"')) return stored;
    auto members = JsonMembers(stored);
    const auto found = members.find(state == JobState::kFinished ? "result" : "error");
    const bool is_error = state != JobState::kFinished;
    if (found == members.end() || (is_error && !found->second.value.starts_with('"'))) {
      Refuse(&JobRow::job_result, "does not fit status " + *row_.status, stored.value);
    }
    return std::move(found->second);
  }

  const JobRow& row_;
};

}  // namespace

void JobRow::Set(std::string_view column, std::optional<std::string> value) {
  for (const auto& [name, member] : kColumns) {
    if (name == column) this->*member = std::move(value);
  }
}

std::variant<ImportedJob, RefusedRow> ToJob(const JobRow& row, WallTime now) {
  try {
    return RowReader(row).Read(now);
  } catch (const Error& error) {
    return RefusedRow{error.what()};
  }
}

}  // namespace mist
