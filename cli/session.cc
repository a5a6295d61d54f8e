#include "cli/session.h"

#include <ostream>

namespace mist::cli {

ApiClient Session::Connect() const {
  ApiClient client(ParseServerAddress(options.host, options.port));
  if (options.timeout_seconds) {
    client.SetAnswerTimeout(std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(*options.timeout_seconds)));
  }
  return client;
}

bool Session::Confirmed(const std::string& question) {
  if (options.assume_yes || Confirm(in, err, question)) return true;
  err << "Aborted!\n";
  exit_code = ExitCode::kFailed;
  return false;
}

void Session::Print(const Table& table) const {
  const TableStyle style = options.bordered_tables ? TableStyle::kBordered : TableStyle::kPlain;
  const auto width = terminal ? std::optional(terminal->columns) : std::nullopt;
  const RenderedTable rendered = Render(table, style, width);
  out << rendered.text;
  if (rendered.hidden_columns.empty()) return;
  err << "No room for";
  const char* separator = " ";
  for (const std::string& title : rendered.hidden_columns) {
    err << separator << title;
    separator = ", ";
  }
  err << "; see everything with --json\n";
}

void Session::PrintJson(const nlohmann::json& value) const {
  // Text that is not UTF-8 is shown with replacement characters instead of ending the program.
  out << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

std::string CommandPrefix(const ServerAddress& address) {
  return "mist-cli --host " + address.host + " --port " + std::to_string(address.port);
}

}  // namespace mist::cli
