#include "cli/artifact_upload.h"

#include <optional>

#include "cli/progress_bar.h"

namespace mist::cli {

HttpAnswer UploadArtifact(const Session& session, ApiClient& client, const std::string& name,
                          const std::string& local_file, const std::string& force) {
  std::optional<ProgressBar> bar;
  UploadProgress show;
  if (session.shows_progress) {
    bar.emplace(session.err, name);
    show = [&bar](std::size_t sent, std::size_t all) { bar->Show(sent, all); };
  }
  return client.PostFile(ApiPath({"artifacts"}), {{"force", force}}, name, local_file, show);
}

}  // namespace mist::cli
