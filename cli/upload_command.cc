#include <filesystem>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/artifact_sha.h"
#include "cli/artifact_upload.h"
#include "cli/byte_count.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace mist::cli {
namespace {

constexpr char kExamples[] = R"(Examples:
  mist-cli upload target/hello.jar --name hello_0.0.2.jar
  mist-cli upload hello.py --force)";

struct UploadOptions {
  std::string file;
  std::string name;
  bool force = false;
};

void Report(const Session& session, const UploadOptions& options, const std::string& name,
            const char* outcome) {
  const std::size_t bytes = std::filesystem::file_size(options.file);
  if (session.options.json) {
    session.PrintJson({{"artifact", name}, {"bytes", bytes}, {"outcome", outcome}});
    return;
  }
  session.out << "Success: Artifact " << name << " (" << outcome << ", " << ByteCount(bytes)
              << ")\n";
}

void RunUpload(Session& session, const UploadOptions& options) {
  constexpr int kConflict = 409;
  const std::string name =
      options.name.empty() ? std::filesystem::path(options.file).filename().string() : options.name;
  ApiClient client = session.Connect();
  const HttpAnswer stored = client.Get(ApiPath({"artifacts", name, "sha"}));
  if (stored.Ok() && stored.body == ArtifactSha(options.file)) {
    Report(session, options, name, "unchanged");
    return;
  }
  const HttpAnswer answer =
      UploadArtifact(session, client, name, options.file, options.force ? "true" : "false");
  if (answer.status == kConflict) {
    throw Error(ErrorCode::kInvalidInput,
                "the master holds another file under the name " + name +
                    ". Give this one another name with --name, or replace that one with --force");
  }
  answer.RequireOk();
  Report(session, options, name, stored.Ok() ? "replaced" : "new");
}

}  // namespace

void AddUploadCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<UploadOptions>();
  CLI::App* command = app.add_subcommand("upload", "Send an artifact to the master");
  command->add_option("FILE", options->file, "A .jar, .py, .whl, .egg or .zip file")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--name", options->name, "Name on the master; default: the file's name");
  command->add_flag("--force", options->force, "Replace another file of that name");
  command->footer(kExamples);
  command->callback([&session, options] { RunUpload(session, *options); });
}

}  // namespace mist::cli
