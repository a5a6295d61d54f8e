#include "master/workers/protocol_handler.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/test_points.h"
#include "master/workers/refusal.h"
#include "worker_protocol/worker_constants.h"

namespace mist {
namespace {

std::string ReadPiece(const std::filesystem::path& path, std::int64_t offset,
                      std::int32_t max_bytes) {
  const FileHandle file = OpenFile(path, O_RDONLY);
  std::string bytes(
      static_cast<std::size_t>(std::min(max_bytes, protocol::g_worker_constants.kChunkBytes)),
      '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = pread(file.Descriptor(), bytes.data() + filled, bytes.size() - filled,
                              offset + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError(errno, "reading artifact file " + path.string());
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

void ProtocolHandler::registerWorker(protocol::Welcome& welcome, const protocol::Hello& hello) {
  try {
    WorkerLinks::Registration registration = links_.Register(hello, peer_);
    attachment_ = std::make_unique<Attachment>(links_, std::move(registration.session));
    welcome = std::move(registration.welcome);
    token_ = welcome.session;
    PassTestPoint("register-before-reply");
    log::Info("worker_registered",
              {{"worker", hello.worker_id}, {"peer", peer_}, {"spark", hello.spark_version}});
  } catch (const protocol::Refused& refused) {
    log::Warn("worker_refused",
              {{"worker", hello.worker_id}, {"peer", peer_}, {"reason", refused.message}});
    throw;
  }
}

void ProtocolHandler::nextCommands(protocol::Commands& commands, const std::string& session,
                                   std::int64_t confirmed_through, std::int32_t wait_ms) {
  const WorkerLinks::Session used = Use(session);
  commands = used.link->NextCommands(used.number, confirmed_through, Millis(wait_ms));
  PassTestPoint("commands-before-reply");
}

void ProtocolHandler::report(protocol::ReportReply& reply, const std::string& session,
                             const std::vector<protocol::Report>& reports) {
  const WorkerLinks::Session used = Use(session);
  PassTestPoint("report-before-taken");
  reply = used.link->Report(used.number, reports);
  PassTestPoint("report-before-reply");
  const auto gives_up = [](const protocol::Report& report) {
    return report.body.__isset.start_failed;
  };
  if (std::any_of(reports.begin(), reports.end(), gives_up)) links_.LookAgain();
}

void ProtocolHandler::readArtifact(std::string& bytes, const std::string& session,
                                   const std::string& sha256, std::int64_t offset,
                                   std::int32_t max_bytes) {
  const WorkerLinks::Session used = Use(session);
  used.link->Touch(used.number);
  if (offset < 0 || max_bytes <= 0) throw BadRequest("offset and max_bytes must be positive");
  const std::optional<std::filesystem::path> path = find_artifact_(sha256);
  if (!path) {
    throw Refused(protocol::RefusalCode::NO_SUCH_ARTIFACT,
                  "the master has no artifact contents " + sha256);
  }
  bytes = ReadPiece(*path, offset, max_bytes);
}

void ProtocolHandler::readArguments(std::string& bytes, const std::string& session,
                                    const protocol::AttemptId& id, std::int64_t offset,
                                    std::int32_t max_bytes) {
  const WorkerLinks::Session used = Use(session);
  bytes = used.link->ReadArguments(used.number, id, offset, max_bytes);
}

WorkerLinks::Session ProtocolHandler::Use(const std::string& token) {
  if (attachment_ == nullptr || token != token_) {
    WorkerLinks::Session session = links_.FindSession(token);
    attachment_ = std::make_unique<Attachment>(links_, std::move(session));
    token_ = token;
  }
  return attachment_->Session();
}

}  // namespace mist
