#include "master/store/data_lock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr char kLockFile[] = "master.lock";

std::string HostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::string DescribeThisProcess() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("pid={} host={} started={:%Y-%m-%dT%H:%M:%S}Z\n", ::getpid(), HostName(),
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::string ReadHolder(const FileHandle& file) {
  std::array<char, 512> text{};
  const ssize_t size = ::pread(file.Descriptor(), text.data(), text.size() - 1, 0);
  std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "an unknown process" : holder;
}

// The process that DescribeThisProcess() is about, when it is one of this host.
std::optional<pid_t> ProcessOf(const std::string& holder) {
  pid_t process = 0;
  const bool is_here = holder.find(" host=" + HostName() + " ") != std::string::npos;
  if (!is_here || std::sscanf(holder.c_str(), "pid=%d ", &process) != 1) return std::nullopt;
  return process;
}

}  // namespace

DataLock::DataLock(const std::filesystem::path& folder, FileHandle held) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw SystemError(error.value(), "make folder " + folder.string());

  const std::filesystem::path path = folder / kLockFile;
  file_ = held.IsOpen() ? std::move(held) : OpenFile(path, O_RDWR | O_CREAT);
  if (!LockFile(file_, LOCK_EX, [this] { return ProcessOf(ReadHolder(file_)); })) {
    throw Error(ErrorCode::kUnavailable, "the data folder " + folder.string() +
                                             " is in use by another master (" + ReadHolder(file_) +
                                             "); stop it or name another folder");
  }
  // The file stays when the lock ends: removing it would let two processes lock two files of the
  // same name.
  if (::ftruncate(file_.Descriptor(), 0) != 0 || ::lseek(file_.Descriptor(), 0, SEEK_SET) != 0)
    throw SystemError(errno, "write " + path.string());
  WriteAll(file_, DescribeThisProcess(), path);
}

FileHandle DataLock::Share() const {
  return Duplicate(file_);
}

}  // namespace mist
