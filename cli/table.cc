#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "cli/printable.h"

namespace mist::cli {
namespace {

// A shortened column keeps at least this much, so that its values can still be told apart.
constexpr std::size_t kMinShortened = 8;

std::string Shorten(const std::string& text, std::size_t width) {
  if (DisplayWidth(text) <= width) return text;
  return std::string(FirstColumns(text, width - 1)) + "…";
}

std::string Blanks(std::size_t count) {
  return std::string(count, ' ');
}

std::string AlignLeft(const std::string& text, std::size_t width) {
  return text + Blanks(width - DisplayWidth(text));
}

std::string Centre(const std::string& text, std::size_t width) {
  const std::size_t blanks = width - DisplayWidth(text);
  return Blanks(blanks / 2) + text + Blanks(blanks - blanks / 2);
}

class Layout {
 public:
  Layout(const Table& table, TableStyle style) : table_(table), style_(style) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) shown_.push_back(i);
    Measure();
  }

  // False when even the columns that always stay are too wide.
  [[nodiscard]] bool Fit(std::size_t width) {
    while (!ShortenTo(width)) {
      if (!HideOne()) return false;
      Measure();
    }
    return true;
  }

  RenderedTable Draw() const {
    RenderedTable drawn;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      if (!std::count(shown_.begin(), shown_.end(), i)) {
        drawn.hidden_columns.push_back(table_.columns[i].title);
      }
    }
    std::vector<std::string> titles;
    for (const Column& column : table_.columns) titles.push_back(column.title);
    drawn.text = Rule('-') + Line(titles, Centre) + Rule('=');
    for (const auto& row : table_.rows) drawn.text += Line(row, AlignLeft) + Rule('-');
    return drawn;
  }

 private:
  void Measure() {
    widths_.clear();
    for (const std::size_t i : shown_) {
      std::size_t width = DisplayWidth(table_.columns[i].title);
      for (const auto& row : table_.rows) width = std::max(width, DisplayWidth(row[i]));
      widths_.push_back(width);
    }
  }

  std::size_t Total() const {
    const std::size_t cells = std::accumulate(widths_.begin(), widths_.end(), std::size_t{0});
    const std::size_t frame = style_ == TableStyle::kBordered ? 4 : 0;
    return cells + frame + 3 * (widths_.size() - 1);
  }

  // Takes from the widest first. False when it is not enough.
  bool ShortenTo(std::size_t width) {
    while (Total() > width) {
      std::size_t* widest = nullptr;
      for (std::size_t n = 0; n < shown_.size(); ++n) {
        const Column& column = table_.columns[shown_[n]];
        const std::size_t least = std::max(kMinShortened, DisplayWidth(column.title));
        const bool can = column.may_shorten && widths_[n] > least;
        if (can && (widest == nullptr || widths_[n] > *widest)) widest = &widths_[n];
      }
      if (widest == nullptr) return false;
      --*widest;
    }
    return true;
  }

  bool HideOne() {
    auto least = shown_.end();
    for (auto i = shown_.begin(); i != shown_.end(); ++i) {
      const auto rank = table_.columns[*i].hide_rank;
      if (rank && (least == shown_.end() || *rank < *table_.columns[*least].hide_rank)) least = i;
    }
    if (least == shown_.end()) return false;
    shown_.erase(least);
    return true;
  }

  using Align = std::string (*)(const std::string&, std::size_t);

  std::string Line(const std::vector<std::string>& cells, Align align) const {
    std::string line;
    for (std::size_t n = 0; n < shown_.size(); ++n) {
      if (n > 0) line += style_ == TableStyle::kBordered ? " | " : "   ";
      line += align(Shorten(cells[shown_[n]], widths_[n]), widths_[n]);
    }
    if (style_ == TableStyle::kBordered) return "| " + line + " |\n";
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  std::string Rule(char c) const {
    if (style_ == TableStyle::kPlain) return "";
    std::string rule = "+";
    for (const std::size_t width : widths_) rule += std::string(width + 2, c) + "+";
    return rule + "\n";
  }

  const Table& table_;
  const TableStyle style_;
  std::vector<std::size_t> shown_;   // indexes of columns
  std::vector<std::size_t> widths_;  // of the shown ones
};

void LeaveOutUnfilled(Table& table) {
  for (std::size_t i = table.columns.size(); i-- > 0;) {
    const bool is_empty = std::all_of(table.rows.begin(), table.rows.end(),
                                      [i](const auto& row) { return row[i].empty(); });
    if (!table.columns[i].only_when_filled || !is_empty) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    table.columns.erase(table.columns.begin() + at);
    for (auto& row : table.rows) row.erase(row.begin() + at);
  }
}

// For a terminal that is too narrow for a table: one line for each value, the first one as a
// heading.
RenderedTable DrawRecords(const Table& table, std::size_t width) {
  std::size_t title_width = 0;
  for (const Column& column : table.columns) {
    title_width = std::max(title_width, DisplayWidth(column.title));
  }
  const std::size_t indent = title_width + 4;
  const std::size_t room = std::max(kMinShortened, width - std::min(width, indent));
  RenderedTable drawn;
  for (const auto& row : table.rows) {
    drawn.text += row[0] + "\n";
    for (std::size_t i = 1; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      const bool may_shorten = table.columns[i].may_shorten;
      drawn.text += "  " + AlignLeft(table.columns[i].title, title_width) + "  " +
                    (may_shorten ? Shorten(row[i], room) : row[i]) + "\n";
    }
  }
  return drawn;
}

}  // namespace

RenderedTable Render(const Table& table, TableStyle style, std::optional<std::size_t> width) {
  Table printable = table;
  for (auto& row : printable.rows) {
    for (std::string& cell : row) cell = PrintableLine(std::move(cell));
  }
  LeaveOutUnfilled(printable);
  Layout layout(printable, style);
  if (width && !layout.Fit(*width)) return DrawRecords(printable, *width);
  return layout.Draw();
}

}  // namespace mist::cli
