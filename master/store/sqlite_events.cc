// A row holds a line for each event: number, kind, time in ms, job and, when it has one, the
// worker, with a tab between them. Names hold neither tabs nor newlines.
#include "master/store/sqlite_events.h"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/log.h"

namespace mist {
namespace {

constexpr char kAppend[] =
    "INSERT INTO event_batch (last_number, events, checksum) VALUES (?1, ?2, row_checksum(?1, ?2))";
constexpr char kAfter[] =
    "SELECT last_number, events, checksum = row_checksum(last_number, events) FROM event_batch "
    "WHERE last_number > ?1 ORDER BY last_number";
constexpr char kSaveCursor[] =
    "INSERT OR REPLACE INTO sink_cursor (sink, through, checksum) "
    "VALUES (?1, ?2, row_checksum(?1, ?2))";
constexpr char kCursor[] =
    "SELECT through, checksum = row_checksum(sink, through) FROM sink_cursor WHERE sink = ?1";
constexpr char kLast[] = "SELECT coalesce(max(last_number), 0) FROM event_batch";

std::string ToLines(const std::vector<EventRecord>& events) {
  std::string text;
  for (const EventRecord& event : events) {
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}", event.number, ToString(event.kind),
                   ToEpochMillis(event.time), event.job.value);
    if (event.worker) text += '\t' + event.worker->value;
    text += '\n';
  }
  return text;
}

// Cuts off and returns what stands before the separator, or everything.
std::string_view TakeUntil(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<EventRecord> ParseLine(std::string_view line) {
  const auto number = ParseNumber(TakeUntil(line, '\t'));
  const auto kind = ParseEventKind(TakeUntil(line, '\t'));
  const auto time = ParseNumber(TakeUntil(line, '\t'));
  if (!number || !kind || !time) return std::nullopt;
  EventRecord event{*number, *kind, FromEpochMillis(*time), {}, {}};
  event.job.value = TakeUntil(line, '\t');
  if (!line.empty()) event.worker = WorkerId{std::string(line)};
  return event;
}

void LogDamaged(EventNumber last_number) {
  log::Error("store_row_damaged", {{"row", "events up to number " + std::to_string(last_number)},
                                   {"effect", "they are left out; restore a backup to have them"}});
}

// nullopt when a line is not one of ours.
std::optional<std::vector<EventRecord>> ParseLines(const std::string& text) {
  std::vector<EventRecord> events;
  for (std::string_view lines = text; !lines.empty();) {
    auto event = ParseLine(TakeUntil(lines, '\n'));
    if (!event) return std::nullopt;
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace

SqliteEventWriter::SqliteEventWriter(SqliteConnection& connection)
    : append_(connection, kAppend), save_cursor_(connection, kSaveCursor) {}

void SqliteEventWriter::Apply(const AppendEvents& append) {
  append_.Execute(append.events.back().number, ToLines(append.events));
}

void SqliteEventWriter::Apply(const SaveSinkCursor& save) {
  save_cursor_.Execute(save.sink, save.through);
}

SqliteEventReader::SqliteEventReader(SqliteConnection& connection)
    : after_(connection, kAfter), last_(connection, kLast), cursor_(connection, kCursor) {}

std::vector<EventRecord> SqliteEventReader::After(EventNumber after, std::size_t limit) {
  std::vector<EventRecord> events;
  SqliteCursor rows = after_.Select(after);
  while (events.size() < limit && rows.Next()) {
    auto batch = rows.Int(2) == 1 ? ParseLines(rows.Text(1)) : std::nullopt;
    if (!batch) {
      LogDamaged(rows.Int(0));
      continue;
    }
    for (EventRecord& event : *batch) {
      if (event.number > after) events.push_back(std::move(event));
    }
  }
  return events;
}

std::vector<EventBatch> SqliteEventReader::BatchesAfter(EventNumber after, std::size_t limit) {
  std::vector<EventBatch> batches;
  WallTime time;
  SqliteCursor rows = after_.Select(after);
  while (batches.size() < limit && rows.Next()) {
    const std::string text = rows.Text(1);
    EventBatch batch{rows.Int(0), 0, static_cast<std::int64_t>(text.size()), time};
    const auto events = rows.Int(2) == 1 ? ParseLines(text) : std::nullopt;
    if (events && !events->empty()) {
      batch.events = static_cast<std::int64_t>(events->size());
      batch.time = time = events->back().time;
    }
    batches.push_back(batch);
  }
  return batches;
}

EventNumber SqliteEventReader::Last() {
  SqliteCursor row = last_.Select();
  return row.Next() ? row.Int(0) : 0;
}

std::optional<EventNumber> SqliteEventReader::SinkCursor(const std::string& sink) {
  SqliteCursor row = cursor_.Select(sink);
  if (!row.Next()) return std::nullopt;
  if (row.Int(1) == 1) return row.Int(0);
  log::Error("store_row_damaged", {{"row", "how far sink " + sink + " has come"},
                                   {"effect", "it gets every stored event again"}});
  return 0;
}

}  // namespace mist
