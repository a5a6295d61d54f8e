// What can be typed next: the shells ask mist-cli itself at every press of the Tab key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mist::cli {

// What stands at a place of a command line, as far as a master knows names for it.
enum class NameKind { kFunction, kContext, kArtifact, kWorker, kJob, kRunningJob };

struct Candidate {
  std::string word;
  std::string description;
};

// What the words in front of the last one say.
struct TypedOptions {
  std::optional<std::string> host;
  std::optional<std::string> port;
};

// Asks the master for names; empty when it cannot be asked.
using FindNames = std::function<std::vector<std::string>(NameKind kind, const TypedOptions& typed)>;

// `words` are those behind "mist-cli", the last one being typed (perhaps empty). No candidates: let
// the shell offer files.
std::vector<Candidate> Complete(const CLI::App& app, const std::vector<std::string>& words,
                                const FindNames& find_names);

// The script that teaches bash, zsh or fish; nullopt for another shell.
std::optional<std::string> CompletionScript(const std::string& shell);

}  // namespace mist::cli
