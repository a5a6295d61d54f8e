#include <ctime>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

using nlohmann::json;

// One kind of thing that can be listed: where it is and how it becomes a row.
struct Listing {
  const char* name;
  const char* help;
  std::vector<Column> columns;
  std::vector<std::string> (*row)(const json& item);
};

std::string Text(const json& item, const char* key) {
  const auto& members = item.get_ref<const json::object_t&>();  // throws for anything else
  const auto value = members.find(key);
  if (value == members.end() || value->second.is_null()) return "";
  return value->second.is_string() ? value->second.get<std::string>() : value->second.dump();
}

std::string LocalTime(const json& item, const char* key) {
  const auto millis = item.find(key);
  if (millis == item.end() || !millis->is_number()) return "-";
  const std::time_t seconds = millis->get<std::int64_t>() / 1000;
  std::tm local = {};
  localtime_r(&seconds, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

const std::vector<Listing>& Listings() {
  static const std::vector<Listing> listings = {
      {"workers",
       "List running workers",
       {{"ID"}, {"ADDRESS", true, 1}, {"SPARK UI", true, 2}},
       [](const json& worker) -> std::vector<std::string> {
         return {Text(worker, "name"), Text(worker, "address"), Text(worker, "sparkUi")};
       }},
      {"jobs",
       "List the newest 25 jobs",
       {{"UID"},
        {"START TIME", false, 4},
        {"NAMESPACE", true, 3},
        {"EXT ID", true, 2},
        {"FUNCTION", true},
        {"SOURCE", true, 1},
        {"STATUS"}},
       [](const json& job) -> std::vector<std::string> {
         return {Text(job, "jobId"),      LocalTime(job, "startTime"), Text(job, "context"),
                 Text(job, "externalId"), Text(job, "function"),       Text(job, "source"),
                 Text(job, "status")};
       }},
      {"functions",
       "List functions",
       {{"FUNCTION"}, {"DEFAULT CONTEXT", true}, {"PATH", true}, {"CLASS NAME", true, 1}},
       [](const json& function) -> std::vector<std::string> {
         return {Text(function, "name"), Text(function, "defaultContext"), Text(function, "path"),
                 Text(function, "className")};
       }},
      {"contexts",
       "List contexts",
       {{"ID"}, {"WORKER MODE"}},
       [](const json& context) -> std::vector<std::string> {
         return {Text(context, "name"), Text(context, "workerMode")};
       }},
      {"artifacts",
       "List artifacts",
       {{"ARTIFACT"}},
       [](const json& artifact) -> std::vector<std::string> {
         return {artifact.get<std::string>()};
       }},
  };
  return listings;
}

// "started, queued" to status=started&status=queued.
Query StatusFilter(const std::string& filter) {
  Query query;
  for (std::string status : CLI::detail::split(filter, ',')) {
    CLI::detail::trim(status);
    if (!status.empty()) query.emplace_back("status", status);
  }
  return query;
}

void RunList(Session& session, const Listing& listing, const Query& query) {
  ApiClient client = session.Connect();
  const HttpAnswer answer = client.Get(ApiPath({listing.name}), query);
  const json items = answer.Json();
  if (session.options.json) {
    session.out << answer.body << "\n";
    return;
  }
  Table table{listing.columns, {}};
  try {
    for (const json& item : items.get_ref<const json::array_t&>()) {
      table.rows.push_back(listing.row(item));
    }
  } catch (const json::exception&) {
    throw Error(ErrorCode::kInvalidInput,
                "the answer of " + answer.url + " is not a list of " + listing.name);
  }
  session.Print(table);
}

}  // namespace

void AddListCommands(CLI::App& app, Session& session) {
  CLI::App* list =
      app.add_subcommand("list", "List workers, jobs, functions, contexts or artifacts");
  list->require_subcommand(1);
  list->fallthrough();
  auto filter = std::make_shared<std::string>();
  for (const Listing& listing : Listings()) {
    CLI::App* command = list->add_subcommand(listing.name, listing.help);
    if (std::string_view(listing.name) == "jobs") {
      command
          ->add_option("--filter", *filter, "Only jobs in these states, for example started,queued")
          ->envname("MIST_LIST_JOBS_FILTER");
    }
    command->callback([&session, &listing, command, filter] {
      const bool has_filter = command->get_option_no_throw("--filter") != nullptr;
      RunList(session, listing, has_filter ? StatusFilter(*filter) : Query{});
    });
  }
}

}  // namespace mist::cli
