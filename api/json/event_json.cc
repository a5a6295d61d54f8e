#include "api/json/event_json.h"

#include "api/json/json_writer.h"

namespace mist {
namespace {

constexpr char kNull[] = "null";

// 1 for DEBUG to 4 for ERROR.
std::int64_t NumberOf(LogLevel level) {
  return static_cast<std::int64_t>(level) + 1;
}

std::string LineJson(const JobId& job, const LogLine& line) {
  JsonObject json;
  json.Text("from", job.value).Text("message", line.message);
  json.Number("timeStamp", ToEpochMillis(line.time)).Number("level", NumberOf(line.level));
  if (line.stack_trace) json.Text("errTrace", *line.stack_trace);
  return json.Take();
}

std::string_view NameOf(SparkStage::State state) {
  switch (state) {
    case SparkStage::State::kWaiting:
      return "waiting";
    case SparkStage::State::kRunning:
      return "running";
    case SparkStage::State::kCompleted:
      return "completed";
    case SparkStage::State::kFailed:
      return "failed";
  }
  return "";
}

std::string TasksJson(const SparkProgress::Tasks& tasks) {
  return JsonObject()
      .Number("all", tasks.all)
      .Number("running", tasks.running)
      .Number("completed", tasks.completed)
      .Number("failed", tasks.failed)
      .Take();
}

std::string StageJson(const SparkStage& stage) {
  JsonObject json;
  json.Number("id", stage.id).Number("attempt", stage.attempt).Text("name", stage.name);
  json.Text("state", NameOf(stage.state));
  json.Json("tasks", TasksJson({stage.tasks, stage.running_tasks, stage.completed_tasks,
                                stage.failed_tasks}));
  if (stage.begin) json.Number("begin", ToEpochMillis(*stage.begin));
  if (stage.end) json.Number("end", ToEpochMillis(*stage.end));
  return json.Take();
}

std::string ResultOf(const Job& job) {
  return job.result ? job.result->value : kNull;
}

}  // namespace

std::string ParamsJson(const Job& job) {
  return JsonObject()
      .Text("filePath", job.call.artifact_name)
      .Text("className", job.call.class_name)
      .Json("arguments", job.arguments.value)
      .Text("action", "execute")
      .Take();
}

std::string EventJson(const JobEvent& event) {
  const Job& job = *event.job;
  JsonObject json;
  json.Text("id", job.id.value);
  switch (event.kind) {
    case JobEvent::Kind::kInitialized:
      json.Json("params", ParamsJson(job));
      if (job.external_id) json.Text("externalId", *job.external_id);
      json.Text("function", job.call.function.value).Text("context", job.context.value);
      break;
    case JobEvent::Kind::kQueued:
      break;
    case JobEvent::Kind::kWorkerAssigned:
      json.Text("workerId", job.worker ? job.worker->value : "");
      break;
    case JobEvent::Kind::kDownloading:
    case JobEvent::Kind::kStarted:
    case JobEvent::Kind::kCancelling:
    case JobEvent::Kind::kCancelled:
      json.Number("time", ToEpochMillis(event.time));
      break;
    case JobEvent::Kind::kFinished:
      json.Number("time", ToEpochMillis(event.time)).Json("result", ResultOf(job));
      break;
    case JobEvent::Kind::kFailed:
      json.Number("time", ToEpochMillis(event.time)).Json("error", ResultOf(job));
      break;
  }
  return json.Text("event", ToString(event.kind)).Take();
}

std::string ProgressJson(const SparkProgress& progress) {
  const auto& [time, jobs, stages, tasks, shown] = progress;
  JsonArray list;
  for (const SparkStage& stage : shown) list.Add(StageJson(stage));
  return JsonObject()
      .Number("time", ToEpochMillis(time))
      .Json("jobs", JsonObject()
                        .Number("running", jobs.running)
                        .Number("completed", jobs.completed)
                        .Number("failed", jobs.failed)
                        .Take())
      .Json("stages", JsonObject()
                          .Number("waiting", stages.waiting)
                          .Number("running", stages.running)
                          .Number("completed", stages.completed)
                          .Number("failed", stages.failed)
                          .Number("skipped", stages.skipped)
                          .Take())
      .Json("tasks", TasksJson(tasks))
      .Json("shown", list.Take())
      .Take();
}

std::string ProgressEventJson(const ToldProgress& told) {
  return JsonObject()
      .Text("id", told.job.value)
      .Json("progress", ProgressJson(*told.progress))
      .Text("event", "progress")
      .Take();
}

std::string LogsEventJson(const WrittenLines& written) {
  JsonArray lines;
  for (const LogLine& line : written.lines) lines.Add(LineJson(written.job, line));
  return JsonObject()
      .Text("id", written.job.value)
      .Json("events", lines.Take())
      .Number("fileOffset", written.span.end)
      .Text("event", "logs")
      .Take();
}

}  // namespace mist
