#include "tests/support/temp_folder.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <stdlib.h>

#include "base/error.h"

namespace mist::testing {

TempFolder::TempFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "mist-test-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw SystemError(errno, "make folder " + path);
  path_ = path;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mist::testing
