// What a stand-in worker does for a job. The function's class name says what, its arguments (a JSON
// object) say how:
//
//   standin.Echo       finishes with its arguments as result
//   standin.Fail       fails with the text "error" of its arguments
//   standin.Log        logs "lines" lines ("line 1", "line 2", ...) and finishes with their number
//   standin.Big        finishes with a JSON string that has "bytes" bytes with its quotes, in
//   chunks standin.Garbage    finishes with something that is not JSON standin.Until      finishes
//   with null once the file "file" of its arguments is there; ignores
//                      being cancelled
//   standin.Hang       runs until it is cancelled
//   standin.Download   fetches its artifact until it is cancelled
//   standin.Complete   runs until it is cancelled, and finishes with "too late" all the same
//   standin.Stubborn   runs for ever and ignores being cancelled
//   standin.Ledger     writes start, ticks and end into the file "ledger" under the name "tag" (see
//                      tests/faults/ledger.py); finishes with its tag after "ms", or fails when
//                      "fail" is true; gives up "linger" ms after a cancel. With "stale" its worker
//                      says meanwhile that the attempt before has finished
//   standin.Die        kills its process with SIGKILL
//   standin.Freeze     stops its process with SIGSTOP
//
// Any other class fails with "no such script".
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace mist::testing {

// A running script's way to the master. Used by the script's thread.
class ScriptChannel {
 public:
  virtual ~ScriptChannel() = default;
  virtual std::string JobId() const = 0;
  virtual void ReportDownloading() = 0;
  virtual void ReportStarted() = 0;
  virtual void Log(std::string message) = 0;
  virtual void SendResult(std::string chunk) = 0;
  // As of a worker that was thought dead and has come back.
  virtual void ReportEndOfAttemptBefore() = 0;
  // Waits until the job is cancelled (true) or the worker ends (false).
  virtual bool AwaitCancel() = 0;
  // The same for a limited time.
  virtual bool AwaitCancelFor(std::chrono::milliseconds time) = 0;
  virtual void AwaitEndOfWorker() = 0;
  // The same for a limited time; whether the worker ends.
  virtual bool AwaitEndOfWorkerFor(std::chrono::milliseconds time) = 0;
};

struct ScriptEnd {
  enum class Kind { kFinished, kFailed, kCancelled };
  Kind kind = Kind::kFinished;
  std::string error;  // kFailed only
};

ScriptEnd RunScript(const std::string& class_name, const std::string& arguments,
                    ScriptChannel& channel);

}  // namespace mist::testing
