// Drivers on this host that an earlier run of the master has started: found by the secret in their
// environment, so that a process which only has the number of an old one is never taken for it.
#pragma once

#include <map>
#include <string>

#include <sys/types.h>

namespace mist {

// The environment variable of a driver that this host runs.
inline constexpr char kSecretVariable[] = "MIST_WORKER_SECRET";

struct WorkerProcesses {
  pid_t group = 0;
  bool leader_lives = false;  // the driver itself; else only processes that it has left behind
};

// By secret. Looks at every process that it may read.
std::map<std::string, WorkerProcesses> FindWorkerProcesses();

// Of a driver that has ended: kills what it has left behind, and reaps the driver if it is a child
// of this process, of the program that it ran before.
void EndWhatIsLeft(const WorkerProcesses& processes);

// Whether the process has this secret now.
bool HasSecret(pid_t process, const std::string& secret);

}  // namespace mist
