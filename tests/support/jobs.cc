#include "tests/support/jobs.h"

namespace mist::testing {

Job MakeJob(const std::string& function) {
  Job job;
  job.created = FromEpochMillis(1'540'000'000'123);
  job.id.value = NewUuid7(job.created);
  job.call.function.value = function;
  job.call.artifact_name = "f_0.0.1.jar";
  job.call.artifact_sha1 = std::string(40, 'a');
  job.call.artifact_sha256 = std::string(64, 'b');
  job.call.artifact_bytes = 1234;
  job.call.class_name = "Foo$";
  job.context.value = "default";
  job.arguments.value = R"({"n":1})";
  job.external_id = "external";
  job.start_timeout = std::chrono::seconds(10);
  job.priority = 3;
  job.state = JobState::kQueued;
  return job;
}

}  // namespace mist::testing
