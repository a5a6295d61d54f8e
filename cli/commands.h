// The families of commands. Each function adds its commands to the parser; the session they are
// given must outlive it and receives their exit code.
#pragma once

namespace CLI {
class App;
}

namespace mist::cli {

struct Session;

void AddStatusCommand(CLI::App& app, Session& session);
void AddListCommands(CLI::App& app, Session& session);
void AddStartCommand(CLI::App& app, Session& session);
void AddKillCommands(CLI::App& app, Session& session);
void AddRepairCommand(CLI::App& app, Session& session);
void AddLogsCommand(CLI::App& app, Session& session);
void AddApplyCommand(CLI::App& app, Session& session);
void AddDeployCommand(CLI::App& app, Session& session);
void AddUploadCommand(CLI::App& app, Session& session);
void AddDeleteCommands(CLI::App& app, Session& session);
void AddShowCommands(CLI::App& app, Session& session);
void AddCompletionCommand(CLI::App& app, Session& session);

}  // namespace mist::cli
