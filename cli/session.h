// What every command of one run shares: the global options and where to read and write.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/api_client.h"
#include "cli/server_address.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace mist::cli {

enum class ExitCode {
  kSuccess = 0,
  kFailed =
      1,  // asked, and the answer was no: a failed job, a failed entry, a refused confirmation
  kTrouble = 2,  // could not ask: bad options, no master, an HTTP error
};

struct GlobalOptions {
  std::string host = "localhost";
  int port = 2004;
  bool assume_yes = false;
  bool bordered_tables = false;
  bool json = false;
  std::optional<double> timeout_seconds;
};

// Constant after the command line is parsed, except `exit_code` and, for a command that draws again
// and again, `terminal`. One thread.
struct Session {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::optional<TerminalSize> terminal = {};  // nullopt: output is not a terminal, nothing is cut
  Style out_style = {};
  Style err_style = {};
  bool shows_progress = false;  // people watch standard error
  GlobalOptions options = {};
  ExitCode exit_code = ExitCode::kSuccess;

  // Throws Error (kInvalidInput) when --host or --port cannot be an address.
  ApiClient Connect() const;

  // True at once with --yes. Otherwise asks; after a no it says so and sets the exit code.
  [[nodiscard]] bool Confirmed(const std::string& question);

  void Print(const Table& table) const;
  void PrintJson(const nlohmann::json& value) const;
};

// What people type to reach the same master again: "mist-cli --host localhost --port 2004".
std::string CommandPrefix(const ServerAddress& address);

}  // namespace mist::cli
