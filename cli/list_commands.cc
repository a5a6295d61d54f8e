#include <cstdint>
#include <limits>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/job_pages.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "cli/watch.h"
#include "contexts/setting_values.h"

namespace mist::cli {
namespace {

using nlohmann::json;

struct ListOptions {
  std::string filter;
  std::optional<std::size_t> limit;
  bool all = false;
  std::optional<double> watch_seconds;
};

// "started, queued" to status=started&status=queued.
Query StatusFilter(const std::string& filter) {
  Query query;
  for (std::string status : CLI::detail::split(filter, ',')) {
    CLI::detail::trim(status);
    if (!status.empty()) query.emplace_back("status", status);
  }
  return query;
}

void AddRows(Table& table, const Listing& listing, const json& items, const std::string& url) {
  try {
    for (const json& item : items.get_ref<const json::array_t&>()) {
      table.rows.push_back(listing.row(item));
    }
  } catch (const json::exception&) {
    throw Error(ErrorCode::kInvalidInput,
                "the answer of " + url + " is not a list of " + listing.name);
  }
}

void ListOnce(Session& session, ApiClient& client, const Listing& listing, const Query& query) {
  const HttpAnswer answer = client.Get(ApiPath({listing.name}), query);
  const json items = answer.Json();
  if (session.options.json) {
    session.out << answer.body << "\n";
    return;
  }
  Table table{listing.columns, {}};
  AddRows(table, listing, items, answer.url);
  session.Print(table);
}

// What stands between the brackets: numbers are passed on digit for digit.
std::string_view Elements(std::string_view array) {
  const std::size_t start = array.find('[') + 1;
  return array.substr(start, array.rfind(']') - start);
}

void PrintPagesAsJson(Session& session, JobPages& pages) {
  session.out << "[";
  bool is_first = true;
  while (const std::optional<JobPage> page = pages.Next()) {
    if (page->jobs.empty()) continue;
    session.out << (is_first ? "" : ",") << Elements(page->answer.body) << std::flush;
    is_first = false;
  }
  session.out << "]\n";
}

void ListPages(Session& session, ApiClient& client, const Listing& listing,
               const ListOptions& options) {
  JobPages pages(client, StatusFilter(options.filter), options.limit);
  if (session.options.json) return PrintPagesAsJson(session, pages);
  Table table{listing.columns, {}};
  while (const std::optional<JobPage> page = pages.Next()) {
    AddRows(table, listing, page->jobs, page->answer.url);
  }
  session.Print(table);
}

void RunList(Session& session, const Listing& listing, const ListOptions& options) {
  ApiClient client = session.Connect();
  const auto list = [&](Session& drawn_on) {
    if (options.all || options.limit) return ListPages(drawn_on, client, listing, options);
    ListOnce(drawn_on, client, listing, StatusFilter(options.filter));
  };
  if (!options.watch_seconds) return list(session);
  Watch(session,
        std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::duration<double>(*options.watch_seconds)),
        std::string("list ") + listing.name, list);
}

std::string LimitProblem(const std::string& text) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const auto count = ParseCount(text);
  if (count && *count >= 1 && *count <= kMost) return "";
  return "must be a number from 1 to " + std::to_string(kMost) + ", got '" + text + "'";
}

void AddJobOptions(CLI::App& command, ListOptions& options) {
  command
      .add_option("--filter", options.filter,
                  "Only jobs in these states, for example started,queued")
      ->envname("MIST_LIST_JOBS_FILTER");
  CLI::Option* limit =
      command.add_option("--limit", options.limit, "As many of the newest jobs; default: 25")
          ->option_text("N")
          ->check(LimitProblem);
  command.add_flag("--all", options.all, "Every job, page by page")->excludes(limit);
}

}  // namespace

void AddListCommands(CLI::App& app, Session& session) {
  CLI::App* list =
      app.add_subcommand("list", "List workers, jobs, functions, contexts or artifacts");
  list->require_subcommand(1);
  list->fallthrough();
  for (const Listing& listing : Listings()) {
    auto options = std::make_shared<ListOptions>();
    CLI::App* command = list->add_subcommand(listing.name, listing.help);
    const bool is_jobs = std::string_view(listing.name) == "jobs";
    if (is_jobs) AddJobOptions(*command, *options);
    command
        ->add_option("--watch", options->watch_seconds,
                     "Ask again every so many seconds (default: 2) until Ctrl-C")
        ->expected(0, 1)
        ->default_str("2")
        ->option_text("[SECONDS]")
        ->check(CLI::Range(0.1, 86400.0));
    command->footer(is_jobs ? "Examples:\n  mist-cli list jobs --filter started,queued --watch\n"
                              "  mist-cli list jobs --all --json"
                            : std::string("Example:\n  mist-cli list ") + listing.name + " --json");
    command->callback([&session, &listing, options] { RunList(session, listing, *options); });
  }
}

}  // namespace mist::cli
