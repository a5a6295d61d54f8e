// Bytes as lower-case hexadecimal digits, two for each.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mist {

std::string ToHex(std::span<const std::uint8_t> bytes);

}  // namespace mist
