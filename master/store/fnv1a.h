// FNV-1a, 64 bits: finds flipped and swapped bytes; nobody attacks it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mist {

class Fnv1a {
 public:
  void Add(const void* bytes, std::size_t size) {
    const auto* byte = static_cast<const unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) hash_ = (hash_ ^ byte[i]) * 0x100000001b3ULL;
  }
  std::int64_t Value() const { return static_cast<std::int64_t>(hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace mist
