#include "cli/style.h"

#include <cstdlib>
#include <string_view>

#include "cli/terminal.h"

namespace mist::cli {

Style StyleOf(int descriptor) {
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  // NOLINTEND(concurrency-mt-unsafe)
  const bool is_unwanted = no_colour != nullptr && *no_colour != '\0';
  const bool is_able = kind != nullptr && std::string_view(kind) != "dumb";
  return Style(IsTerminal(descriptor) && is_able && !is_unwanted);
}

}  // namespace mist::cli
