// Environment variables of child processes.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mist {

using Environment = std::map<std::string, std::string>;

// That of this process, which nobody here changes.
Environment OwnEnvironment();

// NAME=value for each.
std::vector<std::string> ToStrings(const Environment& environment);

// Appends to a variable that holds a list, such as options separated by blanks.
void Append(Environment& environment, const std::string& name, char separator,
            const std::string& value);

}  // namespace mist
