// The members of a JSON object as text, so that numbers keep their digits.
#pragma once

#include <map>
#include <string>

#include "base/json_text.h"

namespace mist {

// Keys with their escapes resolved; of equal keys the last counts. Empty when it is no object.
std::map<std::string, JsonText> JsonMembers(const JsonText& object);

// The text of a JSON string. Throws Error (kInvalidInput) when it is something else.
std::string JsonString(const JsonText& value);

}  // namespace mist
