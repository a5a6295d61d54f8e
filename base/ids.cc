#include "base/ids.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <compare>
#include <cstdint>
#include <span>

#include <sys/random.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mutex.h"

namespace mist {
namespace {

void FillRandom(std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "reading random bytes from the operating system");
    done += static_cast<std::size_t>(n);
  }
}

// Time of the last id and a counter within its millisecond (12 bits, the rand_a field of RFC 9562).
class Uuid7Clock {
 public:
  struct Tick {
    std::uint64_t millis;
    std::uint16_t counter;
    auto operator<=>(const Tick&) const = default;
  };

  Tick Next(std::uint64_t now_millis) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (now_millis > last_.millis) {
      last_ = {now_millis, 0};
    } else if (last_.counter < 0xfff) {
      ++last_.counter;
    } else {
      last_ = {last_.millis + 1,
               0};  // more than 4096 ids in one millisecond: run ahead of the clock
    }
    return last_;
  }

  void ContinueAfter(Tick tick) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    last_ = std::max(last_, tick);
  }

 private:
  Mutex mu_;
  Tick last_ GUARDED_BY(mu_) = {0, 0};
};

Uuid7Clock& IdClock() {
  static Uuid7Clock clock;
  return clock;
}

}  // namespace

void ContinueUuid7After(std::string_view id) {
  if (id.size() != 36 || id[14] != '7') return;
  const auto number = [](std::string_view hex) {
    return std::stoull(std::string(hex), nullptr, 16);
  };
  const std::uint64_t millis = number(id.substr(0, 8)) << 16 | number(id.substr(9, 4));
  IdClock().ContinueAfter({millis, static_cast<std::uint16_t>(number(id.substr(15, 3)))});
}

std::string NewUuid7(std::chrono::system_clock::time_point now) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const auto [millis, counter] = IdClock().Next(static_cast<std::uint64_t>(since_epoch.count()));

  std::array<std::uint8_t, 16> bytes{};
  FillRandom(std::span(bytes).subspan(8));
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  bytes[6] = static_cast<std::uint8_t>(0x70 | (counter >> 8));
  bytes[7] = static_cast<std::uint8_t>(counter);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);

  std::string text = ToHex(bytes);
  for (const int position : {8, 13, 18, 23}) text.insert(position, 1, '-');
  return text;
}

std::string NewSecret() {
  std::array<std::uint8_t, 32> bytes{};
  FillRandom(bytes);
  return ToHex(bytes);
}

bool SecretsEqual(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace mist
