#include "master/inspector/inspector.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/eventfd.h>

#include "base/log.h"
#include "base/thread_name.h"

namespace mist {
namespace {

// A request that two processes did not survive is the likely cause.
constexpr int kMaxDeaths = 2;

constexpr char kTooSlow[] = "The inspector did not answer in time and was restarted";
constexpr char kTooBusy[] = "The inspector had no time for the request; try again later";

FileHandle NewEventFd() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw SystemError(errno, "Cannot make an event for the inspector");
  return FileHandle(descriptor);
}

MonoTime Now() {
  return std::chrono::steady_clock::now();
}

NoAnswer Stopping() {
  return {ErrorCode::kUnavailable, "The inspector is stopping with the master"};
}

// Narrows what the process said to what was asked for.
template <typename Wanted, typename Result>
std::variant<Wanted, InspectionProblem, NoAnswer> Narrow(Result&& result) {
  if (auto* wanted = std::get_if<Wanted>(&result)) return std::move(*wanted);
  if (auto* problem = std::get_if<InspectionProblem>(&result)) return std::move(*problem);
  if (auto* no_answer = std::get_if<NoAnswer>(&result)) return std::move(*no_answer);
  return NoAnswer{ErrorCode::kInternal, "The inspector answered another question than was asked"};
}

}  // namespace

std::vector<std::string> InspectorCommand(const std::string& java,
                                          const std::filesystem::path& inspector_jar,
                                          const std::filesystem::path& spark_home) {
  return {java,
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx512m",
          "-cp",
          inspector_jar.string() + ":" + (spark_home / "jars" / "*").string(),
          "io.hydrosphere.mist.inspector.Inspector"};
}

Inspector::Inspector(InspectorOptions options)
    : options_(std::move(options)),
      terms_{options_.python_path, options_.request_timeout},
      wake_(NewEventFd()),
      backoff_(options_.first_backoff),
      thread_([this] { Run(); }) {}

Inspector::~Inspector() {
  Stop();
}

void Inspector::Describe(const InspectedFunction& function,
                         std::function<void(DescribeResult)> done) {
  Ask([&](std::int64_t id) { return EncodeDescribe(id, function, terms_); },
      [done = std::move(done)](Result result) { done(Narrow<FunctionSchema>(std::move(result))); });
}

void Inspector::Validate(const InspectedFunction& function, const JsonText& arguments,
                         std::function<void(ValidateResult)> done) {
  Ask([&](std::int64_t id) { return EncodeValidate(id, function, arguments, terms_); },
      [done = std::move(done)](Result result) { done(Narrow<Validation>(std::move(result))); });
}

void Inspector::Ask(const std::function<std::string(std::int64_t id)>& encode,
                    std::function<void(Result)> done) {
  std::int64_t id = 0;
  {
    MutexLock lock(mu_);
    id = ++last_id_;
  }
  Request request{encode(id), std::move(done), Now() + options_.queue_timeout};
  {
    MutexLock lock(mu_);
    if (!stopping_) {
      requests_.emplace(id, std::move(request));
      eventfd_write(wake_.Descriptor(), 1);
      return;
    }
  }
  request.done(Stopping());
}

void Inspector::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stopped_.NotifyAll();
  eventfd_write(wake_.Descriptor(), 1);
  if (thread_.joinable()) thread_.join();
}

void Inspector::Run() {
  NameThisThread("inspector");
  while (!IsStopping()) {
    try {
      ServeProcess();
    } catch (const Error& reason) {
      log::Warn("inspector_ended", {{"reason", reason.what()}});
      SettleDeath(reason);
      DropExpired();
      WaitBackoff();
    }
  }
  Requests open;
  {
    MutexLock lock(mu_);
    open.swap(requests_);
  }
  for (auto& [id, request] : open) request.done(Stopping());
}

// Returns when the inspector is to stop; throws Error when the process cannot be started, ended or
// hangs.
void Inspector::ServeProcess() {
  InspectorProcess process(options_.process);
  log::Info("inspector_started");
  while (!IsStopping()) {
    if (!DropExpired()) throw Error(ErrorCode::kTimeout, kTooSlow);
    for (const std::string& line : TakeTurn()) process.Send(line);
    for (const std::string& line : process.Exchange(NextDeadline(), wake_)) TakeAnswer(line);
  }
}

bool Inspector::DropExpired() {
  Requests expired;
  {
    MutexLock lock(mu_);
    const MonoTime now = Now();
    for (auto it = requests_.begin(); it != requests_.end();) {
      const auto next = std::next(it);
      if (it->second.deadline <= now) expired.insert(requests_.extract(it));
      it = next;
    }
  }
  bool in_time = true;
  for (auto& [id, request] : expired) {
    in_time &= !request.sent;
    request.done(NoAnswer{ErrorCode::kTimeout, request.sent ? kTooSlow : kTooBusy});
  }
  return in_time;
}

// The lines of the requests that the process is to have now.
std::vector<std::string> Inspector::TakeTurn() {
  MutexLock lock(mu_);
  auto in_flight = static_cast<std::size_t>(std::count_if(
      requests_.begin(), requests_.end(), [](const auto& entry) { return entry.second.sent; }));
  std::vector<std::string> lines;
  for (auto& [id, request] : requests_) {
    if (in_flight >= options_.max_in_flight) break;
    if (request.sent) continue;
    request.sent = true;
    request.deadline = Now() + options_.request_timeout + options_.answer_grace;
    lines.push_back(request.line);
    ++in_flight;
  }
  return lines;
}

std::optional<MonoTime> Inspector::NextDeadline() {
  MutexLock lock(mu_);
  std::optional<MonoTime> next;
  for (const auto& [id, request] : requests_) {
    if (!next || request.deadline < *next) next = request.deadline;
  }
  return next;
}

void Inspector::TakeAnswer(const std::string& line) {
  std::optional<InspectorAnswer> answer = DecodeAnswer(line);
  Requests::node_type request;
  if (answer) {
    MutexLock lock(mu_);
    request = requests_.extract(answer->id);
  }
  if (request.empty()) {
    log::Warn("inspector_line_ignored", {{"bytes", std::to_string(line.size())}});
    return;
  }
  backoff_ = options_.first_backoff;
  request.mapped().done(
      std::visit([](auto& body) { return Result(std::move(body)); }, answer->body));
}

// Counts against the requests that the process had; when it could not even be started, against all
// that wait, so that their callers learn of it soon.
void Inspector::SettleDeath(const Error& reason) {
  Requests given_up;
  {
    MutexLock lock(mu_);
    const bool had_requests = std::any_of(requests_.begin(), requests_.end(),
                                          [](const auto& entry) { return entry.second.sent; });
    for (auto it = requests_.begin(); it != requests_.end();) {
      const auto next = std::next(it);
      Request& request = it->second;
      if (request.sent || !had_requests) {
        request.sent = false;
        request.deadline = Now() + options_.queue_timeout;
        if (++request.deaths >= kMaxDeaths) given_up.insert(requests_.extract(it));
      }
      it = next;
    }
  }
  for (auto& [id, request] : given_up)
    request.done(NoAnswer{ErrorCode::kUnavailable, reason.what()});
}

void Inspector::WaitBackoff() {
  MutexLock lock(mu_);
  stopped_.WaitUntil(mu_, Now() + backoff_, [this]() REQUIRES(mu_) { return stopping_; });
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
}

bool Inspector::IsStopping() {
  MutexLock lock(mu_);
  return stopping_;
}

}  // namespace mist
