// A worker port with one worker that was started, for tests of the protocol's master side.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ids.h"
#include "master/workers/worker_links.h"
#include "master/workers/worker_server.h"
#include "tests/support/standin_worker.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/workers/recording_inbox.h"

namespace mist::testing {

inline ContextConfig MakeContext(const std::string& name = "ctx") {
  ContextConfig context;
  context.name = ContextName{name};
  return context;
}

inline SendRun MakeRun(const WorkerId& worker, const std::string& class_name,
                       const std::string& arguments = "{}", const std::string& job = "job-1") {
  SendRun run;
  run.attempt = AttemptRef{worker, JobId{job}, 1};
  run.call.function = FunctionName{"f"};
  run.call.class_name = class_name;
  run.arguments = JsonText{arguments};
  return run;
}

struct WorkerWorld {
  struct Settings {
    WorkerLinkOptions link;
    ConnectionServerOptions port;
    bool driver_is_child = true;
    bool hold_logs = false;
  };

  WorkerWorld() : WorkerWorld(Settings()) {}
  explicit WorkerWorld(Settings settings)
      : links([this](const WorkerId& worker, const std::string& reason) {
          links.End(worker, WorkerLink::EndKind::kGone, reason);
        }),
        server(settings.port, links,
               [this](const std::string& sha256) { return FindArtifact(sha256); }),
        link(std::make_shared<WorkerLink>(id, MakeContext(), secret, settings.driver_is_child,
                                          settings.link, inbox)) {
    if (settings.hold_logs) inbox.HoldLogs();
    links.Add(link);
    server.Start();
  }
  ~WorkerWorld() { server.Stop(); }

  StandinOptions Options() const {
    StandinOptions options;
    options.port = server.Port();
    options.id = id.value;
    options.secret = secret;
    return options;
  }

  std::optional<std::filesystem::path> FindArtifact(const std::string& sha256) const {
    const std::filesystem::path path = folder.Path() / sha256;
    return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
  }

  const WorkerId id{"ctx_1"};
  const std::string secret = NewSecret();
  TempFolder folder;  // artifact files, by their digest
  RecordingInbox inbox;
  WorkerLinks links;
  WorkerServer server;
  std::shared_ptr<WorkerLink> link;
};

}  // namespace mist::testing
