#include <cstdlib>

#include <CLI/CLI.hpp>

#include "cli/apply/apply_run.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

constexpr char kApplyExamples[] = R"(Examples:
  mist-cli apply -f conf -u ''
  mist-cli apply -f conf -u '' --dry-run)";

constexpr char kDeployExamples[] = R"(Examples:
  mist-cli deploy -f conf -u ''
  mist-cli -y deploy -f conf -u '' --json)";

struct ApplyOptions {
  ConfSource source;
  bool validate = true;
  bool dry_run = false;
};

// An empty variable counts: it is the way to ask for no prefix.
std::string DefaultUser() {
  for (const char* variable : {"MIST_APPLY_USER", "USER"}) {
    if (const char* user = std::getenv(variable))
      return user;  // NOLINT(concurrency-mt-unsafe): one thread
  }
  return "";
}

void AddSourceOptions(CLI::App& command, ApplyOptions& options) {
  options.source.user = DefaultUser();
  command
      .add_option("-f,--file", options.source.path, "A conf file, or a folder searched for them")
      ->envname("MIST_APPLY_FILE")
      ->required()
      ->check(CLI::ExistingPath);
  command.add_option("-u,--user", options.source.user,
                     "Prefix of all names (env: MIST_APPLY_USER, else USER); '' for none");
  command.add_flag("--dry-run", options.dry_run, "Show what would change and send nothing");
}

}  // namespace

void AddApplyCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* command = app.add_subcommand(
      "apply", "Create or update the artifacts, contexts and functions of a file or folder");
  AddSourceOptions(*command, *options);
  command
      ->add_option("--validate", options->validate,
                   "false: check nothing and overwrite what is there")
      ->envname("MIST_APPLY_VALIDATE")
      ->capture_default_str();
  command->footer(kApplyExamples);
  command->callback([&session, options] {
    const ApplyPolicy policy = options->validate ? ApplyPolicy::kRefuse : ApplyPolicy::kOverwrite;
    ApplyRun run(session);
    options->dry_run ? run.ShowPlan(options->source, policy) : run.Apply(options->source, policy);
  });
}

void AddDeployCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* command = app.add_subcommand(
      "deploy",
      "Show what a file or folder would change, ask, and send only that; replaces artifacts");
  AddSourceOptions(*command, *options);
  command->footer(kDeployExamples);
  command->callback([&session, options] {
    ApplyRun run(session);
    options->dry_run ? run.ShowPlan(options->source, ApplyPolicy::kReplace)
                     : run.Deploy(options->source);
  });
}

}  // namespace mist::cli
