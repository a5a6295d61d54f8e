#include "master/program/handover.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

using nlohmann::json;

constexpr char kVariable[] = "MIST_HANDOVER";  // the descriptor of the file that lists the others

void Inherit(int descriptor, bool inherited) {
  if (fcntl(descriptor, F_SETFD, inherited ? 0 : FD_CLOEXEC) != 0)
    throw SystemError(errno, "handing over descriptor " + std::to_string(descriptor));
}

json Pass(const FileHandle& file) {
  if (!file.IsOpen()) return nullptr;
  Inherit(file.Descriptor(), true);
  return file.Descriptor();
}

FileHandle Take(const json& descriptor) {
  if (descriptor.is_null()) return {};
  FileHandle file(descriptor.get<int>());
  Inherit(file.Descriptor(), false);
  return file;
}

// CBOR, since a client's bytes need not be text.
std::vector<std::uint8_t> Encode(const HandOver& handed) {
  json connections = json::array();
  for (const http::HeldConnection& held : handed.door.connections) {
    connections.push_back({{"socket", Pass(held.socket)},
                           {"remote", held.remote_address},
                           {"input", json::binary({held.input.begin(), held.input.end()})}});
  }
  return json::to_cbor({{"listener", Pass(handed.door.listener)},
                        {"connections", std::move(connections)},
                        {"dataLock", Pass(handed.data_lock)},
                        {"pidFile", Pass(handed.pid_file)},
                        {"answer", Pass(handed.answer)},
                        {"previous", Pass(handed.previous)},
                        {"previousHome", handed.previous_home.string()},
                        {"failure", handed.failure}});
}

HandOver Decode(const json& from) {
  HandOver handed;
  handed.door.listener = Take(from.at("listener"));
  for (const json& held : from.at("connections")) {
    const auto& input = held.at("input").get_binary();
    handed.door.connections.push_back({Take(held.at("socket")),
                                       held.at("remote").get<std::string>(),
                                       std::string(input.begin(), input.end())});
  }
  handed.data_lock = Take(from.at("dataLock"));
  handed.pid_file = Take(from.at("pidFile"));
  handed.answer = Take(from.at("answer"));
  handed.previous = Take(from.at("previous"));
  handed.previous_home = from.at("previousHome").get<std::string>();
  handed.failure = from.at("failure").get<std::string>();
  return handed;
}

FileHandle WriteList(const HandOver& handed) {
  FileHandle list(memfd_create("mist-handover", MFD_CLOEXEC));
  if (!list.IsOpen()) throw SystemError(errno, "listing what is handed over");
  const std::vector<std::uint8_t> bytes = Encode(handed);
  WriteAll(list, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "memory");
  Inherit(list.Descriptor(), true);
  return list;
}

std::string ReadList(const FileHandle& list) {
  std::string bytes;
  char piece[64 << 10];
  for (;;) {
    const ssize_t count =
        pread(list.Descriptor(), piece, sizeof piece, static_cast<off_t>(bytes.size()));
    if (count < 0) throw SystemError(errno, "reading what was handed over");
    if (count == 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(count));
  }
}

std::vector<std::string> EnvironmentFor(const NextProgram& next, const FileHandle& list) {
  std::vector<std::string> environment = {
      "MIST_HOME=" + next.mist_home.string(),
      std::string(kVariable) + "=" + std::to_string(list.Descriptor())};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("MIST_HOME=")) environment.emplace_back(*variable);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string Exec(const NextProgram& next, const HandOver& handed) {
  try {
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // a library's sockets would stay open for good
    const FileHandle list = WriteList(handed);
    std::vector<std::string> arguments = next.arguments;
    arguments.insert(arguments.begin(), next.file.string());
    std::vector<std::string> environment = EnvironmentFor(next, list);
    if (next.opened.IsOpen()) {
      fexecve(next.opened.Descriptor(), Pointers(arguments).data(), Pointers(environment).data());
    } else {
      execve(next.file.c_str(), Pointers(arguments).data(), Pointers(environment).data());
    }
    return SystemError(errno, "starting " + next.file.string()).what();
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::optional<HandOver> TakeHandOver() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread starts
  const char* descriptor = std::getenv(kVariable);
  if (descriptor == nullptr) return std::nullopt;
  const FileHandle list(std::atoi(descriptor));
  unsetenv(kVariable);
  // NOLINTEND(concurrency-mt-unsafe)
  try {
    return Decode(json::from_cbor(ReadList(list)));
  } catch (const json::exception& error) {
    throw Error(ErrorCode::kCorrupt,
                std::string("what the earlier master handed over cannot be read: ") + error.what());
  }
}

}  // namespace mist
