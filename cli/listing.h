// The kinds of things that can be listed: where they are, and how they become the rows of a table.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/table.h"

namespace mist::cli {

struct Listing {
  const char* name;  // of the command, and the last part of the path
  const char* help;
  std::vector<Column> columns;
  std::vector<std::string> (*row)(const nlohmann::json& item);  // throws json::exception
};

const std::vector<Listing>& Listings();

// Milliseconds since the epoch as a local time; "-" when the item has none.
std::string LocalTime(const nlohmann::json& item, const char* key);

// The member as text; empty when there is none. Throws json::exception for what is no object.
std::string TextOf(const nlohmann::json& item, const char* key);

}  // namespace mist::cli
