#include "cli/progress_bar.h"

#include <ostream>

#include "cli/byte_count.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::size_t kBarColumns = 20;
constexpr std::size_t kTitleColumns = 24;

}  // namespace

std::string ProgressLine(const std::string& title, std::size_t done, std::size_t all) {
  const std::size_t percent = all == 0 ? 100 : done * 100 / all;
  const std::size_t filled = percent * kBarColumns / 100;
  const std::string share = std::to_string(percent) + "%";
  return std::string(FirstColumns(PrintableLine(title), kTitleColumns)) + " [" +
         std::string(filled, '#') + std::string(kBarColumns - filled, ' ') + "] " +
         std::string(4 - share.size(), ' ') + share + "  " + ByteCount(done) + " of " +
         ByteCount(all);
}

ProgressBar::ProgressBar(std::ostream& terminal, std::string title)
    : terminal_(terminal),
      title_(std::move(title)),
      next_(std::chrono::steady_clock::now() + kRedraw) {}

ProgressBar::~ProgressBar() {
  if (is_drawn_) terminal_ << "\r\x1b[K" << std::flush;
}

void ProgressBar::Show(std::size_t done, std::size_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kRedraw;
  is_drawn_ = true;
  terminal_ << "\r" << ProgressLine(title_, done, all) << "\x1b[K" << std::flush;
}

}  // namespace mist::cli
