#include "master/workers/worker_server.h"

#include <exception>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <thrift/TOutput.h>
#include <thrift/protocol/TBinaryProtocol.h>

#include "base/log.h"
#include "master/workers/message_transport.h"
#include "worker_protocol/worker_constants.h"

namespace mist {
namespace {

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::transport::TTransport;
using apache::thrift::transport::TTransportException;

// Before the other end has proved anything, it gets memory for a Hello and no more.
constexpr std::int32_t kStrangerStringBytes = 64 << 10;
constexpr std::int32_t kContainerItems = 100'000;
constexpr std::uint64_t kMessageBytes = 64 << 20;  // of all strings of one message together
constexpr int kSendTimeoutMillis = 30'000;         // a peer that does not read loses its connection

std::shared_ptr<CountingSocket> OpenSocket(const Connection& connection) {
  // A duplicate, because Thrift closes what it is given.
  auto socket =
      std::make_shared<CountingSocket>(fcntl(connection.socket, F_DUPFD_CLOEXEC, 0), kMessageBytes);
  socket->setSendTimeout(kSendTimeoutMillis);
  return socket;
}

}  // namespace

WorkerServer::WorkerServer(ConnectionServerOptions options, WorkerLinks& links,
                           FindArtifactFile find_artifact)
    : links_(links),
      find_artifact_(std::move(find_artifact)),
      connections_(std::move(options),
                   [this](const Connection& connection) { Serve(connection); }) {}

void WorkerServer::Start() {
  // Thrift writes to stderr whatever a peer does to its connection.
  apache::thrift::GlobalOutput.setOutputFunction([](const char* message) {
    log::Debug("thrift", {{"message", message}});
  });
  connections_.Start();
}

void WorkerServer::Stop() {
  links_.Stop();
  connections_.Stop();
}

void WorkerServer::Serve(const Connection& connection) try {
  const auto transport = std::make_shared<MessageTransport>(OpenSocket(connection));
  const auto protocol = std::make_shared<TBinaryProtocolT<TTransport>>(
      transport, kStrangerStringBytes, kContainerItems, true, true);
  const auto handler = std::make_shared<ProtocolHandler>(links_, find_artifact_, connection.peer);
  protocol::WorkerMasterProcessor processor(handler);
  bool known = false;
  for (;;) {
    transport->BeginMessage();
    if (!processor.process(protocol, protocol, nullptr)) return;
    if (known || !handler->Authenticated()) continue;
    known = true;
    connection.authenticated();
    protocol->setStringSizeLimit(protocol::g_worker_constants.kMaxMessageBytes);
  }
} catch (const TTransportException& end) {
  log::Debug("worker_connection_ended", {{"peer", connection.peer}, {"reason", end.what()}});
} catch (const std::exception& error) {
  // Bytes that are not the protocol, or messages beyond the limits.
  log::Warn("worker_connection_broken", {{"peer", connection.peer}, {"reason", error.what()}});
}

}  // namespace mist
