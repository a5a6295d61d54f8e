#include "master/workers/environment.h"

#include <string_view>

#include <unistd.h>

namespace mist {

Environment OwnEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::vector<std::string> ToStrings(const Environment& environment) {
  std::vector<std::string> strings;
  strings.reserve(environment.size());
  for (const auto& [name, value] : environment) strings.push_back(name + "=" + value);
  return strings;
}

void Append(Environment& environment, const std::string& name, char separator,
            const std::string& value) {
  std::string& list = environment[name];
  if (!list.empty()) list += separator;
  list += value;
}

}  // namespace mist
