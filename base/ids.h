// Identifiers as distinct types, so that a worker id cannot be passed as a job id.
#pragma once

#include <chrono>
#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace mist {

template <typename Tag>
struct Id {
  std::string value;

  auto operator<=>(const Id&) const = default;
};

using JobId = Id<struct JobTag>;  // UUID, 36 characters, lower case; version 7, imported ones 4
using WorkerId = Id<struct WorkerTag>;  // <context>_<uuid>_<n> or <context>_<uuid>-pool-<n>
using ContextName = Id<struct ContextTag>;
using FunctionName = Id<struct FunctionTag>;

// A UUID of version 7 (RFC 9562): the first 48 bits are the time, so ids sort by creation and
// insert at the end of an index. Ids made by one process are strictly increasing. Any thread.
std::string NewUuid7(std::chrono::system_clock::time_point now);

// Later ids come after this one of an earlier process, whatever the clock has done meanwhile. Ids
// of other versions are ignored.
void ContinueUuid7After(std::string_view id);

// 256 random bits from the operating system as 64 hex digits: session tokens and worker secrets.
std::string NewSecret();

// Compares in time that does not depend on where the strings differ.
bool SecretsEqual(const std::string& a, const std::string& b);

}  // namespace mist

template <typename Tag>
struct std::hash<mist::Id<Tag>> {
  std::size_t operator()(const mist::Id<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.value);
  }
};
