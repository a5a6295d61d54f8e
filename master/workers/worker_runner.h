// How worker programs come to life, and how what is left of them goes: one implementation for each
// value of workers.runner. What master and worker say to each other is the same for all of them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/ids.h"
#include "contexts/context_config.h"
#include "master/workers/process_starter.h"
#include "master/workers/submit_command.h"

namespace mist {

// A worker that is to be started.
struct WorkerOrder {
  WorkerId worker;
  ContextConfig config;
  std::string secret;  // proves to the master who dials in; must not get onto a command line
  MasterAddress master;
};

// Something that a runner has started has ended by itself, or because it was told to.
struct RunExit {
  ProcessEnd how;
  bool was_driver = false;  // else: what submits it to a cluster, or a start command
  std::string last_lines;   // of its output
};

// Hears of runs, from threads of the runner and perhaps before Start() has returned. Must not block
// for long.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // At most once for a run.
  virtual void Exited(const WorkerId& worker, const RunExit& exit) = 0;
  // Exactly once for a run, at the end: nothing is left of it, as far as the runner can tell.
  virtual void Gone(const WorkerId& worker) = 0;
};

// What was started for one worker. Any thread.
class WorkerRun {
 public:
  virtual ~WorkerRun() = default;
  virtual std::string Name() const = 0;  // for the log: "pid 17", "container 0f3a..."
  // The master is done with the worker: ends what is left of it. Never blocks; the observer hears
  // when it is gone. Further calls do nothing.
  virtual void End() = 0;
};

class WorkerRunner {
 public:
  virtual ~WorkerRunner() = default;
  // The driver of such a context is a process of this host that End() kills for certain: then the
  // broker hears that it is lost only once it is gone.
  virtual bool RunsDriverHere(const ContextConfig& config) const = 0;
  // The launcher's thread; may block for seconds. Throws Error: the worker cannot be started, and
  // nothing is left of the attempt.
  [[nodiscard]] virtual std::shared_ptr<WorkerRun> Start(const WorkerOrder& order,
                                                         RunObserver& observer) = 0;
  // Takes over what an earlier run of the master has started for this order. The launcher's thread,
  // before the first Start(). Null: for certain nothing of the driver is left. Throws Error.
  [[nodiscard]] virtual std::shared_ptr<WorkerRun> Adopt(const WorkerOrder& order,
                                                         RunObserver& observer) = 0;
  // After the last Start(), when all runs were told to end. Returns when the observer hears nothing
  // more from threads of the runner's own.
  virtual void Stop() = 0;
};

}  // namespace mist
