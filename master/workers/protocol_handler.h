// One worker connection's calls: finds the session, hands over to the worker's link, translates
// failures of ours.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/workers/worker_links.h"
#include "worker_protocol/WorkerMaster.h"

namespace mist {

// The file with these contents (64 lower-case hex digits); nullopt when there is none. Any thread.
// The file must stay unchanged while the master runs.
using FindArtifactFile =
    std::function<std::optional<std::filesystem::path>(const std::string& sha256)>;

// Used by its connection's thread only.
class ProtocolHandler : public protocol::WorkerMasterIf {
 public:
  // peer: host:port of the other end.
  ProtocolHandler(WorkerLinks& links, const FindArtifactFile& find_artifact, std::string peer)
      : links_(links), find_artifact_(find_artifact), peer_(std::move(peer)) {}

  // A call has proved that the other end is a worker of ours.
  bool Authenticated() const { return attachment_ != nullptr; }

  void registerWorker(protocol::Welcome& welcome, const protocol::Hello& hello) override;
  void nextCommands(protocol::Commands& commands, const std::string& session,
                    std::int64_t confirmed_through, std::int32_t wait_ms) override;
  void report(protocol::ReportReply& reply, const std::string& session,
              const std::vector<protocol::Report>& reports) override;
  void readArtifact(std::string& bytes, const std::string& session, const std::string& sha256,
                    std::int64_t offset, std::int32_t max_bytes) override;
  void readArguments(std::string& bytes, const std::string& session, const protocol::AttemptId& id,
                     std::int64_t offset, std::int32_t max_bytes) override;

 private:
  WorkerLinks::Session Use(const std::string& token);

  WorkerLinks& links_;
  const FindArtifactFile& find_artifact_;
  const std::string peer_;
  std::string token_;
  std::unique_ptr<Attachment> attachment_;
};

}  // namespace mist
