// What a master gives to the program that takes its place in the same process: `mist-master
// upgrade` replaces the program by execve(2), so that the process, its children and what is open
// here stay.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/http/server.h"
#include "base/file.h"

namespace mist {

struct HandOver {
  http::HeldDoor door;
  FileHandle data_lock;  // see DataLock
  FileHandle pid_file;   // see PidFile
  FileHandle answer;     // of who asked for the upgrade, see UpgradeAnswer; may be closed
  // The program that hands over, for when its successor cannot start; and its installation.
  FileHandle previous;
  std::filesystem::path previous_home;
  // Why the one that was to take over could not: set when the previous one gets it all back.
  std::string failure;
};

struct NextProgram {
  std::filesystem::path file;  // used when `opened` is closed
  FileHandle opened;
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path mist_home;
};

// Becomes the next program. Returns only when that fails, with the reason; everything that is
// handed over is still open then. All other threads end. From main's thread.
std::string Exec(const NextProgram& next, const HandOver& handed);

// Once, before any thread starts: what was handed to this program, or nullopt when it was started
// in the usual way. Throws Error when it cannot be read.
std::optional<HandOver> TakeHandOver();

}  // namespace mist
