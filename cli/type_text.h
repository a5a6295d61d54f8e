// Types of arguments as people write them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace mist::cli {

// "int" from {"type": "MInt"}, "list of string", "map of string to double", "optional int",
// "{x: int, y: string}". What is not known is shown as the master wrote it.
std::string TypeText(const nlohmann::json& type);

}  // namespace mist::cli
