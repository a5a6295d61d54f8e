#include "api/http/streams/stream_server.h"

#include <atomic>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <unistd.h>

#include "api/http/streams/stream.h"
#include "base/log.h"
#include "base/thread_name.h"

namespace mist::http {
namespace {

namespace asio = boost::asio;

// Log lines on their way to the thread of the streams.
constexpr std::size_t kMaxLinesUnderWay = 64 << 20;
constexpr std::chrono::milliseconds kGoodbye(500);

}  // namespace

// The thread and what it owns. The feed's threads only post to it.
class StreamServer::Loop final : public FeedListener {
 public:
  Loop(StreamOptions options, EventFeed& feed, JobLogs& logs)
      : options_(options), feed_(feed), logs_(logs) {}

  void Start() {
    if (running_.exchange(true)) return;
    feed_.Add(*this);
    thread_ = std::thread([this] {
      NameThisThread("http-streams");
      io_.run();
      io_.restart();
      io_.run_for(kGoodbye);  // clients may say goodbye too, but are not waited for long
      for (const auto& stream : streams_) stream->Cut();
    });
  }

  void Stop() {
    if (!running_.exchange(false)) return;
    feed_.Remove(*this);
    asio::post(io_, [this] { CloseAll(); });
    thread_.join();
  }

  void Take(int socket, StreamRequest request, std::vector<Header> reply_headers) {
    if (open_.fetch_add(1) >= options_.max_streams || !running_) {
      --open_;
      close(socket);
      return;
    }
    asio::post(io_, [this, socket, request = std::move(request),
                     headers = std::move(reply_headers)]() mutable {
      Open(socket, std::move(request), headers);
    });
  }

  bool IsFull() const { return open_ >= options_.max_streams; }
  StreamCounts Counts() const { return {open_, dropped_}; }

  void OnEvents() override {
    if (open_ == 0 || wake_posted_.exchange(true)) return;
    asio::post(io_, [this] {
      wake_posted_ = false;
      for (const auto& stream : Streams()) stream->Wake();
    });
  }

  void OnProgress(const ToldProgress& told) override {
    if (with_progress_ == 0) return;
    asio::post(io_, [this, told] {
      for (const auto& stream : Streams()) stream->Offer(told);
    });
  }

  bool WantsLines() override { return with_logs_ > 0; }

  void OnLines(std::shared_ptr<const WrittenLines> written) override {
    const auto bytes = static_cast<std::size_t>(written->span.end - written->span.begin);
    if (lines_under_way_ + bytes > kMaxLinesUnderWay) {
      if (!lines_lost_.exchange(true)) asio::post(io_, [this] { TellOfLostLines(); });
      return;
    }
    lines_under_way_ += bytes;
    asio::post(io_, [this, bytes, written = std::move(written)] {
      lines_under_way_ -= bytes;
      for (const auto& stream : Streams()) stream->Offer(written);
    });
  }

 private:
  using Set = std::set<std::shared_ptr<Stream>>;

  // A copy: a stream that is told something may end.
  Set Streams() const { return streams_; }

  void Open(int descriptor, StreamRequest request, const std::vector<Header>& headers) {
    asio::ip::tcp::socket socket(io_);
    boost::system::error_code error;
    socket.assign(asio::ip::tcp::v4(), descriptor, error);  // the family is not looked at again
    if (error) {
      close(descriptor);
      --open_;
      return;
    }
    const bool with_logs = request.with_logs;
    const bool with_progress = request.with_progress;
    FixLogOffset(request);
    auto wire = request.kind == StreamRequest::Kind::kWebSocket
                    ? MakeWebSocketWire(std::move(socket), request)
                    : MakeEventStreamWire(std::move(socket), request, headers);
    auto stream =
        std::make_shared<Stream>(io_, options_, feed_, logs_, std::move(request), std::move(wire));
    streams_.insert(stream);
    if (with_logs) ++with_logs_;
    if (with_progress) ++with_progress_;
    stream->Open([this, with_logs, with_progress, weak = std::weak_ptr(stream)](Stream::Ended how) {
      if (how == Stream::Ended::kDropped) ++dropped_;
      if (with_logs) --with_logs_;
      if (with_progress) --with_progress_;
      --open_;
      streams_.erase(weak.lock());
    });
  }

  // Of a stream of one job with its log, and of no other.
  void FixLogOffset(StreamRequest& request) const {
    if (!request.job || !request.with_logs) {
      request.position.log_offset.reset();
    } else if (!request.position.log_offset) {
      request.position.log_offset = logs_.Size(*request.job);
    }
  }

  void TellOfLostLines() {
    lines_lost_ = false;
    for (const auto& stream : Streams()) stream->LinesWereLost();
  }

  void CloseAll() {
    for (const auto& stream : streams_) stream->Close();
    work_.reset();
    io_.stop();
  }

  const StreamOptions options_;
  EventFeed& feed_;
  JobLogs& logs_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};

  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> with_logs_ = 0;
  std::atomic<std::size_t> with_progress_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<bool> wake_posted_ = false;
  std::atomic<std::size_t> lines_under_way_ = 0;
  std::atomic<bool> lines_lost_ = false;
  std::atomic<bool> running_ = false;
  Set streams_;  // the thread's
  std::thread thread_;
};

StreamServer::StreamServer(StreamOptions options, EventFeed& feed, JobLogs& logs)
    : loop_(std::make_unique<Loop>(options, feed, logs)) {}

StreamServer::~StreamServer() {
  Stop();
}

void StreamServer::Start() {
  loop_->Start();
}

void StreamServer::Stop() {
  loop_->Stop();
}

void StreamServer::Take(int socket, StreamRequest request, std::vector<Header> reply_headers) {
  loop_->Take(socket, std::move(request), std::move(reply_headers));
}

bool StreamServer::IsFull() const {
  return loop_->IsFull();
}

StreamCounts StreamServer::Counts() const {
  return loop_->Counts();
}

}  // namespace mist::http
