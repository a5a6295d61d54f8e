// standin-worker: a stand-in worker as a process, started in place of spark-submit. See
// standin_worker.h.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <unistd.h>

#include "tests/support/standin_worker.h"

namespace {

struct CommandLine {
  std::string master;  // the last one: the one before it may be Spark's
  std::string name;
  std::map<std::string, std::string> conf;
};

CommandLine Parse(int argc, char** argv) {
  CommandLine line;
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string option = argv[i];
    const std::string value = argv[i + 1];
    if (option == "--master") line.master = value;
    if (option == "--name") line.name = value;
    const std::size_t equals = value.find('=');
    if (option == "--conf" && equals != std::string::npos) {
      line.conf[value.substr(0, equals)] = value.substr(equals + 1);
    }
  }
  return line;
}

// Goes on in a process that is not of spark-submit's group; the first one ends when that is so.
void LeaveDriverBehind() {
  int group_left[2];
  if (pipe(group_left) != 0) std::exit(1);
  if (fork() != 0) {
    close(group_left[1]);
    char byte = 0;
    (void)!read(group_left[0], &byte, 1);
    std::exit(0);
  }
  setsid();
  close(group_left[0]);
  close(group_left[1]);
}

}  // namespace

int main(int argc, char** argv) {
  const CommandLine line = Parse(argc, argv);
  const auto setting = line.conf.find("standin.start");
  const std::string start = setting == line.conf.end() ? "ready" : setting->second;
  if (start == "exit") {
    std::puts("first line");
    std::fflush(stdout);
    std::fputs("Exception in thread \"main\": no such Spark master\n", stderr);
    return 3;
  }
  if (start == "die") std::raise(SIGKILL);
  if (start == "leave") LeaveDriverBehind();
  const char* secret =
      std::getenv("MIST_WORKER_SECRET");  // NOLINT(concurrency-mt-unsafe): one thread so far
  const std::size_t colon = line.master.rfind(':');
  if (secret == nullptr || colon == std::string::npos) {
    std::fputs("standin-worker: needs MIST_WORKER_SECRET and --master host:port\n", stderr);
    return 1;
  }
  mist::testing::StandinOptions options;
  options.host = line.master.substr(0, colon);
  options.port = static_cast<std::uint16_t>(std::stoi(line.master.substr(colon + 1)));
  options.id = line.name;
  options.secret = secret;
  options.gets_ready = start != "mute";
  if (start == "fail") options.start_failure = "Spark context instantiation failed, as asked";
  mist::testing::StandinWorker worker(options);
  worker.Start();
  worker.Join();
  return worker.Refusal() || options.start_failure ? 1 : 0;
}
