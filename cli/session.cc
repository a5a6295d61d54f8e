#include "cli/session.h"

#include <ostream>

namespace mist::cli {

ApiClient Session::Connect() const {
  return ApiClient(ParseServerAddress(options.host, options.port));
}

void Session::Print(const Table& table) const {
  const TableStyle style = options.bordered_tables ? TableStyle::kBordered : TableStyle::kPlain;
  const RenderedTable rendered = Render(table, style, terminal_width);
  out << rendered.text;
  if (rendered.hidden_columns.empty()) return;
  err << "Hidden because the terminal is narrow:";
  for (const std::string& title : rendered.hidden_columns) err << " [" << title << "]";
  err << ". See everything with --json.\n";
}

void Session::PrintJson(const nlohmann::json& value) const {
  // Text that is not UTF-8 is shown with replacement characters instead of ending the program.
  out << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

std::string CommandPrefix(const ServerAddress& address) {
  return "mist-cli --host " + address.host + " --port " + std::to_string(address.port);
}

}  // namespace mist::cli
