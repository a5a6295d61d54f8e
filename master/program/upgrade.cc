#include "master/program/upgrade.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

namespace mist {
namespace {

std::filesystem::path Beside(std::filesystem::path pid_file, const char* ending) {
  pid_file += ending;
  return pid_file;
}

std::filesystem::path RequestFileOf(const std::filesystem::path& pid_file) {
  return Beside(pid_file, ".upgrade");
}

std::filesystem::path PipeFileOf(const std::filesystem::path& pid_file) {
  return Beside(pid_file, ".answer");
}

FileHandle MakePipe(const std::filesystem::path& path) {
  unlink(path.c_str());  // of a call that was killed
  if (mkfifo(path.c_str(), 0600) != 0) throw SystemError(errno, "making the pipe " + path.string());
  return OpenFile(path, O_RDONLY | O_NONBLOCK);
}

// Appends what is there. False at the end: nobody has the pipe open for writing any more.
bool ReadSome(const FileHandle& pipe, std::string& text) {
  std::array<char, 4096> piece;
  const ssize_t count = read(pipe.Descriptor(), piece.data(), piece.size());
  if (count > 0) text.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

UpgradeCall::UpgradeCall(const std::filesystem::path& pid_file, const UpgradeRequest& request)
    : request_file_(RequestFileOf(pid_file)), pipe_file_(PipeFileOf(pid_file)) {
  FileHandle file = OpenFile(request_file_, O_RDWR | O_CREAT);
  if (flock(file.Descriptor(), LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorCode::kUnavailable, "another upgrade of this master is under way");
  request_ = std::move(file);
  if (ftruncate(request_.Descriptor(), 0) != 0)
    throw SystemError(errno, "writing " + request_file_.string());
  const nlohmann::json text = {{"program", request.program.string()},
                               {"mistHome", request.mist_home.string()}};
  WriteAll(request_, text.dump() + '\n', request_file_);
  pipe_ = MakePipe(pipe_file_);
}

UpgradeCall::~UpgradeCall() {
  std::error_code ignored;
  std::filesystem::remove(pipe_file_, ignored);
  std::filesystem::remove(request_file_, ignored);
}

std::optional<std::string> UpgradeCall::Run(
    pid_t master, const std::function<void(const std::string&)>& on_progress) {
  const FileHandle process(static_cast<int>(syscall(SYS_pidfd_open, master, 0)));
  if (!process.IsOpen() || kill(master, kUpgradeSignal) != 0)
    throw SystemError(errno, "telling Mist on pid " + std::to_string(master));
  std::string text;
  for (;;) {
    std::array<pollfd, 2> waited = {pollfd{pipe_.Descriptor(), POLLIN, 0},
                                    pollfd{process.Descriptor(), POLLIN, 0}};
    if (poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR)
      throw SystemError(errno, "waiting for Mist on pid " + std::to_string(master));
    // Before the master opens its end a read would say that it has closed it.
    const bool told = waited[0].revents != 0;
    const bool open = told ? ReadSome(pipe_, text) : waited[1].revents == 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const std::string line = text.substr(0, end);
      text.erase(0, end + 1);
      if (line.starts_with('+')) return std::nullopt;
      if (line.starts_with('-')) return line.substr(1);
      on_progress(line.substr(1));
    }
    if (!open) return "the master ended before it was up again";
  }
}

void UpgradeAnswer::Tell(char kind, const std::string& text) {
  if (!pipe_.IsOpen()) return;
  std::string line = kind + text;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  line += '\n';
  [[maybe_unused]] const ssize_t written = write(pipe_.Descriptor(), line.data(), line.size());
}

void UpgradeAnswer::End(char kind, const std::string& text) {
  Tell(kind, text);
  pipe_ = FileHandle();
}

std::optional<AskedUpgrade> ReadUpgradeRequest(const std::filesystem::path& pid_file) {
  try {
    std::ifstream file(RequestFileOf(pid_file));
    const auto text = nlohmann::json::parse(file);
    return AskedUpgrade{
        {text.at("program").get<std::string>(), text.at("mistHome").get<std::string>()},
        UpgradeAnswer(OpenFile(PipeFileOf(pid_file), O_WRONLY | O_NONBLOCK))};
  } catch (const std::exception& error) {
    log::Warn("upgrade_ignored", {{"reason", error.what()}});
    return std::nullopt;
  }
}

}  // namespace mist
