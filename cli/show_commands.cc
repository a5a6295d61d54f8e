#include <ostream>
#include <random>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/printable.h"
#include "cli/sample_request.h"
#include "cli/session.h"
#include "cli/type_text.h"

namespace mist::cli {
namespace {

using nlohmann::json;

// One line for each member; maps get a line for each of theirs.
void PrintMembers(std::ostream& out, const json& object, const std::string& indent = "") {
  for (const auto& [key, value] : object.items()) {
    out << indent << PrintableLine(key) << ":";
    if (value.empty() || value == "") {
      out << " (none)\n";
    } else if (value.is_object()) {
      out << "\n";
      PrintMembers(out, value, indent + "  ");
    } else {
      out << " " << PrintableText(TextOf(object, key.c_str())) << "\n";
    }
  }
}

void PrintContext(Session& session, const json& context) {
  json facts = context;
  if (const auto failed = facts.find("failedStarts"); failed != facts.end()) {
    for (const char* time : {"since", "last", "nextTry"})
      if (failed->contains(time)) (*failed)[time] = LocalTime(*failed, time);
  }
  PrintMembers(session.out, facts);
}

void PrintFunction(Session& session, const json& function) {
  json facts = function;
  const json arguments = function.value("execute", json::object());
  facts.erase("execute");
  PrintMembers(session.out, facts);
  session.out << "arguments:" << (arguments.empty() ? " (none)\n" : "\n");
  for (const auto& [name, type] : arguments.items()) {
    session.out << "  " << PrintableLine(name) << ": " << PrintableLine(TypeText(type)) << "\n";
  }
  std::mt19937 random{std::random_device()()};
  session.out << "example:\n  mist-cli start job " << PrintableLine(TextOf(function, "name"))
              << " '" << SampleRequest(arguments, random).dump() << "'\n";
}

void PrintJob(Session& session, const json& job) {
  PrintMembers(session.out, job);
}

void Show(Session& session, const std::string& path, void (*print)(Session&, const json&)) {
  const HttpAnswer answer = session.Connect().Get(path);
  const json item = answer.Json();
  if (!item.is_object()) {
    throw Error(ErrorCode::kInvalidInput, "the answer of " + answer.url + " is not an object");
  }
  if (session.options.json) {
    session.out << answer.body << "\n";
  } else {
    print(session, item);
  }
}

void AddShow(CLI::App& app, Session& session, const std::string& things, const std::string& help,
             const char* id, void (*print)(Session&, const json&)) {
  CLI::App* group = app.add_subcommand(things, "Look at one of the " + things);
  group->require_subcommand(1);
  group->fallthrough();
  auto name = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("show", help);
  command->add_option(id, *name, std::string("Its ") + id)->required();
  command->footer("Example:\n  mist-cli " + things + " show " + id);
  command->callback([&session, things, name, print] {
    Show(session, ApiPath({things, *name}), print);
  });
}

}  // namespace

void AddShowCommands(CLI::App& app, Session& session) {
  AddShow(app, session, "functions", "Show a function with its arguments and an example", "NAME",
          PrintFunction);
  AddShow(app, session, "contexts", "Show every setting of a context", "NAME", PrintContext);
  AddShow(app, session, "jobs", "Show a job with its arguments and its result", "ID", PrintJob);
}

}  // namespace mist::cli
