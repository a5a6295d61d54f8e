// How far an upload is, on one line of a terminal that is drawn again and again.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

namespace mist::cli {

// The line for one moment, at most 79 columns wide: "hello.jar [#####     ]  50%  1.0 of 2.0 MiB".
std::string ProgressLine(const std::string& title, std::size_t done, std::size_t all);

// Draws nothing for what is over at once. Removes its line in the end.
class ProgressBar {
 public:
  ProgressBar(std::ostream& terminal, std::string title);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(std::size_t done, std::size_t all);

 private:
  std::ostream& terminal_;
  const std::string title_;
  std::chrono::steady_clock::time_point next_;  // when to draw again
  bool is_drawn_ = false;
};

}  // namespace mist::cli
