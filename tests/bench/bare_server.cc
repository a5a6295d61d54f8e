// The program that the master is compared with: it answers the same HTTP requests through the same
// front, after as many group commits as the master promises to make, and does nothing else.
//
//   POST .../jobs              one commit, then an id
//   POST .../jobs?force=true   two commits, then a result
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <variant>

#include <CLI/CLI.hpp>

#include "api/http/front.h"
#include "api/http/thread_pool.h"
#include "base/clock.h"
#include "base/ids.h"
#include "tests/bench/group_committer.h"

namespace mist::bench {
namespace {

constexpr std::int64_t kMaxBody = 64 << 10;

http::Reply Answer(GroupCommitter& rows, const http::Request& request) {
  for (;;) {
    const auto piece = request.body.Next(kMaxBody);
    if (const auto* refused = std::get_if<http::Reply>(&piece)) return *refused;
    if (std::get<std::string_view>(piece).empty()) break;
  }
  const std::string id = NewUuid7(SystemClock().Wall());
  if (!request.target.ends_with("?force=true")) {
    rows.Insert(id);
    return {.content_type = "application/json", .body = R"({"id":")" + id + R"("})"};
  }
  const auto waiting = request.threads.TryWait();
  if (!waiting) return {.status = 503};
  rows.Insert(id);
  rows.Finish(id);
  return {.content_type = "application/json",
          .body = R"({"success":true,"payload":0,"errors":[]})"};
}

// Prints its port, then serves until it is told to end.
void Serve(const std::string& database) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // inherited by every thread

  GroupCommitter rows(database);
  http::FrontOptions options;
  options.port = 0;
  http::Front front(options,
                    [&rows](const http::Request& request) { return Answer(rows, request); });
  front.Start();
  std::printf("%d\n", static_cast<int>(front.Port()));
  std::fflush(stdout);

  int signal = 0;
  sigwait(&ending, &signal);
  front.Stop(std::chrono::seconds(1));
}

}  // namespace
}  // namespace mist::bench

int main(int argc, char** argv) {
  CLI::App app("Answers like the master, after group commits only");
  std::string database;
  app.add_option("database", database, "SQLite file to make")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    mist::bench::Serve(database);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
