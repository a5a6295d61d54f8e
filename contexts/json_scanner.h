// Walks over JSON text without building anything: arguments may be 64 MiB long, and a tree of them
// many times that. Internal to contexts/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mist {

enum class JsonType { kNull, kBoolean, kNumber, kString, kList, kObject };

// All of these take compact JSON that CompactJson() has made, and rely on it.
JsonType TypeOfJson(std::string_view value);

// The elements of a list or the members of an object, one after the other. Does not recurse.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view container) : rest_(container.substr(1)) {}

  std::optional<std::string_view> NextElement();

  struct Member {
    std::string_view key;  // with its quotes and escapes
    std::string_view value;
  };
  std::optional<Member> NextMember();

 private:
  bool AtEnd();
  std::string_view TakeValue();

  std::string_view rest_;
};

// The members of an object by name; of equal names the last one counts.
std::map<std::string, std::string_view> JsonMembers(std::string_view object);

// The text of a string value, escapes resolved.
std::string DecodeJsonString(std::string_view value);

// A number that is mathematically an integer (5, 5.0, 5e3) and fits into 64 bits.
std::optional<std::int64_t> IntegerOf(std::string_view number);

// Whether the number has no fraction, however long it is.
bool IsIntegral(std::string_view number);

}  // namespace mist
