// The three ways into completion: the command that prints a script, the one that the scripts call,
// and the variable by which the client of Mist 1.1 was asked for its script.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

namespace CLI {
class App;
}

namespace mist::cli {

// Prints "word<tab>description" for each candidate. Never fails: a shell is waiting.
void PrintCandidates(Session& session, const CLI::App& app, const std::vector<std::string>& words);

// What _MIST_CLI_COMPLETE asks for instead of running a command: "source" (also bash_source,
// source_zsh, ...) for a script, "complete" for the words that the old script then offers. False
// when it asks for nothing that is known.
[[nodiscard]] bool AnswerVariable(Session& session, const CLI::App& app);

}  // namespace mist::cli
