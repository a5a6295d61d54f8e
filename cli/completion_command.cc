#include "cli/completion_command.h"

#include <cstdlib>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/listing.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

using nlohmann::json;

// Nobody waits longer for a key press.
constexpr std::chrono::milliseconds kPatience{1000};

constexpr char kExamples[] = R"(Examples:
  source <(mist-cli completion bash)      # into ~/.bashrc
  source <(mist-cli completion zsh)       # into ~/.zshrc, behind compinit
  mist-cli completion fish > ~/.config/fish/completions/mist-cli.fish)";

struct NameSource {
  const char* path;
  Query query;
  const char* key;  // of the name in an element; nullptr when the element is the name
};

NameSource SourceOf(NameKind kind) {
  switch (kind) {
    case NameKind::kFunction:
      return {"functions", {}, "name"};
    case NameKind::kContext:
      return {"contexts", {}, "name"};
    case NameKind::kArtifact:
      return {"artifacts", {}, nullptr};
    case NameKind::kWorker:
      return {"workers", {}, "name"};
    case NameKind::kJob:
      return {"jobs", {}, "jobId"};
    case NameKind::kRunningJob:
      return {"jobs",
              {{"status", "initialized"}, {"status", "queued"}, {"status", "started"}},
              "jobId"};
  }
  return {"functions", {}, "name"};
}

std::vector<std::string> AskForNames(const GlobalOptions& options, NameKind kind,
                                     const TypedOptions& typed) {
  const NameSource source = SourceOf(kind);
  const int port = typed.port ? std::stoi(*typed.port) : options.port;
  ApiClient client(ParseServerAddress(typed.host.value_or(options.host), port));
  client.SetAnswerTimeout(kPatience);
  std::vector<std::string> names;
  for (const json& item : client.Get(ApiPath({source.path}), source.query).Json()) {
    names.push_back(source.key == nullptr ? item.get<std::string>() : TextOf(item, source.key));
  }
  return names;
}

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// The command line is not parsed when it is completed: its variables are read here.
GlobalOptions OptionsOfEnvironment() {
  GlobalOptions options;
  options.host = Variable("MIST_HOST").value_or(options.host);
  if (const auto port = Variable("MIST_PORT")) options.port = std::stoi(*port);
  return options;
}

std::vector<Candidate> FindCandidates(const CLI::App& app, const std::vector<std::string>& words) {
  const FindNames find_names = [](NameKind kind, const TypedOptions& typed) {
    try {
      return AskForNames(OptionsOfEnvironment(), kind, typed);
    } catch (const std::exception&) {  // no master, no names; also a port that is no number
      return std::vector<std::string>();
    }
  };
  return Complete(app, words, find_names);
}

// "source" alone means bash.
const char* ShellIn(const std::string& wanted) {
  for (const char* shell : {"zsh", "fish"}) {
    if (wanted.find(shell) != std::string::npos) return shell;
  }
  return "bash";
}

// The script of Mist 1.1 hands its words over in variables.
std::vector<std::string> WordsOfVariables() {
  std::istringstream typed(Variable("COMP_WORDS").value_or(""));
  std::vector<std::string> words;
  for (std::string word; typed >> word;) words.push_back(word);
  words.resize(static_cast<std::size_t>(std::stoul(Variable("COMP_CWORD").value_or("0"))) + 1);
  words.erase(words.begin());  // "mist-cli"
  return words;
}

}  // namespace

void PrintCandidates(Session& session, const CLI::App& app, const std::vector<std::string>& words) {
  for (const Candidate& candidate : FindCandidates(app, words)) {
    session.out << PrintableLine(candidate.word) << "\t" << candidate.description << "\n";
  }
}

bool AnswerVariable(Session& session, const CLI::App& app) {
  const std::string wanted = Variable("_MIST_CLI_COMPLETE").value_or("");
  if (wanted == "complete") {
    for (const Candidate& candidate : FindCandidates(app, WordsOfVariables())) {
      session.out << PrintableLine(candidate.word) << "\n";
    }
    return true;
  }
  if (wanted.find("source") == std::string::npos) return false;
  session.out << *CompletionScript(ShellIn(wanted));
  return true;
}

void AddCompletionCommand(CLI::App& app, Session& session) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a script that completes commands");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(kExamples);
  command->callback([&session, shell] { session.out << *CompletionScript(*shell); });
}

}  // namespace mist::cli
