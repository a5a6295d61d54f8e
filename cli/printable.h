// Text of others as a terminal may show it: no byte of it moves the cursor or changes a colour.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mist::cli {

// For a cell of a table: one line. Control characters become "?".
std::string PrintableLine(std::string text);

// For messages: line breaks and tabs stay.
std::string PrintableText(std::string text);

// How many columns a terminal gives to the text: Chinese characters take two, accents none.
std::size_t DisplayWidth(std::string_view text);

// As many whole characters from the beginning as fit into `width` columns.
std::string_view FirstColumns(std::string_view text, std::size_t width);

}  // namespace mist::cli
