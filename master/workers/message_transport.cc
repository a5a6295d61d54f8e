#include "master/workers/message_transport.h"

#include <utility>

namespace mist {

using apache::thrift::transport::TBufferedTransport;
using apache::thrift::transport::TSocket;
using apache::thrift::transport::TTransportException;

namespace {
constexpr std::uint32_t kBufferBytes = 64 << 10;
}  // namespace

CountingSocket::CountingSocket(int descriptor, std::uint64_t max_message_bytes)
    : TSocket(descriptor), max_message_bytes_(max_message_bytes) {}

std::uint32_t CountingSocket::read(std::uint8_t* buffer, std::uint32_t length) {
  const std::uint32_t got = TSocket::read(buffer, length);
  bytes_ += got;
  if (bytes_ > max_message_bytes_) {
    throw TTransportException(TTransportException::END_OF_FILE,
                              "a message is larger than the limit");
  }
  return got;
}

MessageTransport::MessageTransport(std::shared_ptr<CountingSocket> socket)
    : TBufferedTransport(socket, kBufferBytes), socket_(std::move(socket)) {}

void MessageTransport::BeginMessage() {
  resetConsumedMessageSize();
  socket_->BeginMessage();
}

}  // namespace mist
