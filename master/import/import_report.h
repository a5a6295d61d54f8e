// What an import tells: a line for each kind of things, progress of long ones, and at the end
// everything that could not be taken, with the reason.
#pragma once

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace mist {

// What became of one thing.
enum class [[nodiscard]] ImportOutcome{
    kTaken,
    kReplaced,      // was there with other contents; only with Overwrite::kYes
    kAlreadyThere,  // with the same contents: an earlier import brought it
    kConflict,      // is there with other contents, which stay
};

// One kind of things: "contexts", "jobs". Owned by its report; used by one thread.
class ImportSection {
 public:
  ImportSection(std::string kind, std::ostream& out, Clock& clock);

  // Makes progress lines tell how far it is.
  void Expect(std::int64_t total) { expected_ = total; }

  // `what` names the thing, for conflicts: "context 'nightly'".
  void Count(ImportOutcome outcome, const std::string& what, std::int64_t bytes = 0);
  // It cannot be taken.
  void Refuse(const std::string& what, const std::string& reason);
  // It was taken, but not all of it, or not as it was.
  void Note(const std::string& text);

  // Prints the section's line.
  void Finish();

  std::int64_t Failed() const { return failed_; }
  std::int64_t Conflicts() const { return conflicts_; }
  const std::vector<std::string>& Failures() const { return failures_; }
  const std::vector<std::string>& Notes() const { return notes_; }
  std::int64_t NoteCount() const { return note_count_; }

 private:
  void ShowProgress();
  std::string Rate() const;

  const std::string kind_;
  std::ostream& out_;
  Clock& clock_;
  const MonoTime started_;
  MonoTime next_progress_;
  std::optional<std::int64_t> expected_;
  std::int64_t seen_ = 0;
  std::int64_t taken_ = 0;
  std::int64_t replaced_ = 0;
  std::int64_t already_there_ = 0;
  std::int64_t bytes_ = 0;  // of what was taken or replaced
  std::int64_t failed_ = 0;
  std::int64_t conflicts_ = 0;         // of failed_
  std::vector<std::string> failures_;  // the first of them
  std::int64_t note_count_ = 0;
  std::vector<std::string> notes_;  // the first of them
};

// Used by one thread. Lines go to `out` as they come.
class ImportReport {
 public:
  ImportReport(std::ostream& out, Clock& clock) : out_(out), clock_(clock) {}

  void Say(const std::string& line);
  // Valid as long as the report.
  ImportSection& Begin(const std::string& kind);

  // Prints notes and failures of all sections. True when everything could be taken.
  [[nodiscard]] bool Finish();

 private:
  std::ostream& out_;
  Clock& clock_;
  std::deque<ImportSection> sections_;  // a deque: references stay valid
};

// "1.5 MiB".
std::string DescribeSize(std::int64_t bytes);

}  // namespace mist
