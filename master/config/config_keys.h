// The one table of configuration keys: the master's own, and those of Mist 1.1 that it does not
// have.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "master/config/master_config.h"

namespace mist {

using ConfigField =
    std::variant<std::string*, bool*, std::uint16_t*, std::int32_t*, std::int64_t*, Millis*,
                 log::Level*, RunnerKind*, std::vector<std::string>*, NamedValues*>;

struct ConfigKey {
  std::string_view name;  // without the prefix "mist."
  ConfigField (*field)(MasterConfig&);
  std::string_view meaning;
  enum class Also { kNothing, kEmpty, kInfinite } also = Also::kNothing;  // what else it may be
};

// In the order of conf/mist.yaml and of docs/configuration.md. Contexts are not among them: see
// ContextSettings().
std::span<const ConfigKey> ConfigKeys();

// A key of Mist 1.1, or with "*" at the end all keys that begin so.
struct ForeignKey {
  std::string_view name;
  std::string_view harmless;  // this value changes nothing: the default of the original
  bool refused;               // any other value: true is an error, false a warning
  std::string_view reason;
};

std::span<const ForeignKey> ForeignKeys();
const ForeignKey* FindForeignKey(std::string_view name);

// "http.max-body" is MIST_HTTP_MAX_BODY.
std::string EnvironmentNameOf(std::string_view key);

// Empty when the text was taken, otherwise what was expected: "a port from 0 to 65535".
[[nodiscard]] std::string SetKey(const ConfigKey& key, MasterConfig& config,
                                 const std::string& text);
std::string DescribeField(const ConfigField& field);

}  // namespace mist
