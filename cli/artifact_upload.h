// Sending an artifact with its progress shown: what `upload`, `apply` and `deploy` share.
#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/session.h"

namespace mist::cli {

// `force` is how the query says it. Throws what ApiClient::PostFile() throws.
[[nodiscard]] HttpAnswer UploadArtifact(const Session& session, ApiClient& client,
                                        const std::string& name, const std::string& local_file,
                                        const std::string& force);

}  // namespace mist::cli
