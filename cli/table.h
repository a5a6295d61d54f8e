// Tables for people. Ids and other values to be copied are never cut or wrapped: when a terminal is
// too narrow, other columns are shortened, then left out; when that is not enough, each row becomes
// a block of lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mist::cli {

struct Column {
  std::string title;
  bool may_shorten = false;
  // Columns with the smallest rank go first. nullopt: the column always stays.
  std::optional<int> hide_rank = {};
  bool only_when_filled = false;  // left out when no row has anything in it
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as `columns`
};

enum class TableStyle {
  kPlain,     // no lines, three blanks between columns
  kBordered,  // drawn with + - | =
};

struct RenderedTable {
  std::string text;
  std::vector<std::string> hidden_columns;
};

// No width means no limit.
RenderedTable Render(const Table& table, TableStyle style, std::optional<std::size_t> width);

}  // namespace mist::cli
