#include "master/import/import_report.h"

#include <array>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace mist {
namespace {

constexpr std::chrono::seconds kProgressEvery{2};
// A broken table must neither fill the memory nor the screen.
constexpr std::size_t kMaxKept = 100;

void Keep(std::vector<std::string>& kept, std::string text) {
  if (kept.size() < kMaxKept) kept.push_back(std::move(text));
}

void Print(std::ostream& out, const std::vector<std::string>& lines, std::int64_t count) {
  for (const std::string& line : lines) out << "  " << line << '\n';
  const std::int64_t left_out = count - static_cast<std::int64_t>(lines.size());
  if (left_out > 0) out << "  and " << left_out << " more\n";
}

}  // namespace

std::string DescribeSize(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (size >= 1024 && unit + 1 < kUnits.size()) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

ImportSection::ImportSection(std::string kind, std::ostream& out, Clock& clock)
    : kind_(std::move(kind)),
      out_(out),
      clock_(clock),
      started_(clock.Mono()),
      next_progress_(started_ + kProgressEvery) {}

void ImportSection::Count(ImportOutcome outcome, const std::string& what, std::int64_t bytes) {
  switch (outcome) {
    case ImportOutcome::kTaken:
      ++taken_;
      bytes_ += bytes;
      break;
    case ImportOutcome::kReplaced:
      ++replaced_;
      bytes_ += bytes;
      break;
    case ImportOutcome::kAlreadyThere:
      ++already_there_;
      break;
    case ImportOutcome::kConflict:
      ++conflicts_;
      Refuse(what, "is there already with other contents, which stay");
      return;
  }
  ++seen_;
  ShowProgress();
}

void ImportSection::Refuse(const std::string& what, const std::string& reason) {
  ++failed_;
  Keep(failures_, what + ": " + reason);
  ++seen_;
  ShowProgress();
}

void ImportSection::Note(const std::string& text) {
  ++note_count_;
  Keep(notes_, text);
}

void ImportSection::Finish() {
  std::string line = fmt::format("{}: {} taken", kind_, taken_);
  if (replaced_ > 0) line += fmt::format(", {} replaced", replaced_);
  if (already_there_ > 0) line += fmt::format(", {} already there", already_there_);
  if (failed_ > 0) line += fmt::format(", {} not taken", failed_);
  if (bytes_ > 0) line += fmt::format(", {}", DescribeSize(bytes_));
  out_ << line << Rate() << std::endl;
}

void ImportSection::ShowProgress() {
  const MonoTime now = clock_.Mono();
  if (now < next_progress_) return;
  next_progress_ = now + kProgressEvery;
  out_ << kind_ << ": " << seen_;
  if (expected_) out_ << " of " << *expected_;
  out_ << Rate() << " ..." << std::endl;
}

// Of interest when there is something to wait for.
std::string ImportSection::Rate() const {
  const auto elapsed = std::chrono::duration<double>(clock_.Mono() - started_).count();
  if (elapsed < 1) return "";
  return fmt::format(" ({:.1f} s, {:.0f} each second)", elapsed,
                     static_cast<double>(seen_) / elapsed);
}

void ImportReport::Say(const std::string& line) {
  out_ << line << std::endl;
}

ImportSection& ImportReport::Begin(const std::string& kind) {
  return sections_.emplace_back(kind, out_, clock_);
}

bool ImportReport::Finish() {
  std::int64_t notes = 0;
  std::int64_t failed = 0;
  std::int64_t conflicts = 0;
  for (const ImportSection& section : sections_) {
    notes += section.NoteCount();
    failed += section.Failed();
    conflicts += section.Conflicts();
  }
  if (notes > 0) out_ << "\nTo know:\n";
  for (const ImportSection& section : sections_) Print(out_, section.Notes(), section.NoteCount());
  if (failed > 0) out_ << "\nNot taken:\n";
  for (const ImportSection& section : sections_) Print(out_, section.Failures(), section.Failed());
  if (conflicts > 0) {
    out_
        << "--overwrite replaces contexts, functions, artifacts and logs that are there with other "
           "contents\n";
  }
  out_.flush();
  return failed == 0;
}

}  // namespace mist
