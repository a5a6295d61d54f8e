#include "master/workers/job_commands.h"

#include <filesystem>

#include "worker_protocol/worker_constants.h"

namespace mist {
namespace {

protocol::AttemptId ToId(const AttemptRef& attempt) {
  protocol::AttemptId id;
  id.job_id = attempt.job.value;
  id.attempt = attempt.attempt;
  return id;
}

protocol::Artifact ToArtifact(const FunctionCall& call) {
  protocol::Artifact artifact;
  // The worker names its file so. A function's path may be that of a file on the master's disk.
  artifact.name = std::filesystem::path(call.artifact_name).filename().string();
  artifact.sha1 = call.artifact_sha1;
  artifact.sha256 = call.artifact_sha256;
  artifact.bytes = call.artifact_bytes;
  return artifact;
}

}  // namespace

protocol::Command ToCommand(const SendRun& effect) {
  protocol::RunJob run;
  run.id = ToId(effect.attempt);
  run.function_name = effect.call.function.value;
  run.artifact = ToArtifact(effect.call);
  run.class_name = effect.call.class_name;
  run.language = effect.call.language == FunctionLanguage::kPython ? protocol::Language::PYTHON
                                                                   : protocol::Language::JVM;
  run.arguments_bytes = static_cast<std::int64_t>(effect.arguments.value.size());
  if (run.arguments_bytes <= protocol::g_worker_constants.kChunkBytes) {
    run.__set_arguments(effect.arguments.value);
  }
  protocol::Command command;
  command.__set_run(run);
  return command;
}

protocol::Command ToCommand(const SendCancel& effect) {
  protocol::CancelJob cancel;
  cancel.id = ToId(effect.attempt);
  cancel.reason = effect.reason;
  protocol::Command command;
  command.__set_cancel(cancel);
  return command;
}

protocol::Command ToCommand(const SendStop& effect) {
  protocol::Stop stop;
  stop.reason = effect.reason;
  protocol::Command command;
  command.__set_stop(stop);
  return command;
}

}  // namespace mist
