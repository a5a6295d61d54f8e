// Buffered transport with a limit for one message instead of one for the life of the connection:
// Thrift 0.17 counts the small strings of all messages together and gives up after 100 MiB of them,
// and does not count large ones at all.
#pragma once

#include <cstdint>
#include <memory>

#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

namespace mist {

// Counts what arrives; throws END_OF_FILE, which closes the connection, when a message is longer
// than the limit.
class CountingSocket : public apache::thrift::transport::TSocket {
 public:
  CountingSocket(int descriptor, std::uint64_t max_message_bytes);

  void BeginMessage() { bytes_ = 0; }
  std::uint32_t read(std::uint8_t* buffer, std::uint32_t length) override;

 private:
  const std::uint64_t max_message_bytes_;
  std::uint64_t bytes_ = 0;
};

class MessageTransport : public apache::thrift::transport::TBufferedTransport {
 public:
  explicit MessageTransport(std::shared_ptr<CountingSocket> socket);

  // Called before each message.
  void BeginMessage();

 private:
  const std::shared_ptr<CountingSocket> socket_;
};

}  // namespace mist
