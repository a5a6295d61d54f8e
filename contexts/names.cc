#include "contexts/names.h"

#include <algorithm>

#include "contexts/utf8.h"

namespace mist {

std::string CheckName(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (name.size() > kMaxNameBytes)
    return "the name is longer than " + std::to_string(kMaxNameBytes) + " bytes";
  if (name == "." || name == "..") return "the name must not be '" + std::string(name) + "'";
  if (name.find('/') != std::string_view::npos) return "the name holds a '/'";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control))
    return "the name holds a control character";
  if (FindInvalidUtf8(name)) return "the name is not UTF-8";
  return "";
}

}  // namespace mist
