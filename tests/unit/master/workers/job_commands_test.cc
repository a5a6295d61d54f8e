// What the master tells a worker to do.
#include "master/workers/job_commands.h"

#include <gtest/gtest.h>

#include "tests/unit/master/workers/worker_world.h"

namespace mist {
namespace {

TEST(JobCommandsTest, NamesAnArtifactOnTheMastersDiskByItsFileOnly) {
  SendRun run = testing::MakeRun(WorkerId{"w"}, "F");
  run.call.artifact_name = "/on/disk/f.jar";
  EXPECT_EQ(ToCommand(run).run.artifact.name, "f.jar");
}

TEST(JobCommandsTest, NamesAnUploadedArtifactByItsKey) {
  SendRun run = testing::MakeRun(WorkerId{"w"}, "F");
  run.call.artifact_name = "f_0.1.jar";
  EXPECT_EQ(ToCommand(run).run.artifact.name, "f_0.1.jar");
}

}  // namespace
}  // namespace mist
