// Artifact names are plain file names: they come from uploads and URLs and must never lead out of a
// folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mist {

// nullopt when the name is fine; otherwise what is wrong with it, as a sentence for the caller.
// Refused: empty, longer than 255 bytes, '/' or '\', control characters, a leading dot, bytes that
// are not UTF-8.
[[nodiscard]] std::optional<std::string> ArtifactNameProblem(std::string_view name);

}  // namespace mist
