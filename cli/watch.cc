#include "cli/watch.h"

#include <ctime>
#include <ostream>
#include <sstream>
#include <thread>

#include "base/error.h"

namespace mist::cli {
namespace {

std::string Clock() {
  const std::time_t now = std::time(nullptr);
  std::tm local = {};
  localtime_r(&now, &local);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &local)};
}

// What is drawn, as text; that the master cannot be asked becomes text when it has answered before.
std::string Picture(const Session& session, const Draw& draw, bool has_answered) {
  std::ostringstream text;
  Session inner{session.in,
                text,
                session.options.json ? session.err : text,
                session.terminal,
                session.out_style,
                session.out_style,
                false,
                session.options};
  try {
    draw(inner);
  } catch (const Error& e) {
    if (!has_answered || e.Code() != ErrorCode::kUnavailable) throw;
    inner.err << session.out_style.Bad("Error: ") << e.what() << "\n";
  }
  return text.str();
}

// Over the old picture instead of after an empty screen, which would flicker. What does not fit is
// left out: a terminal that scrolls cannot be drawn over.
std::string OverOldPicture(const std::string& picture, std::size_t rows) {
  std::string drawn = "\x1b[H";
  std::istringstream lines(picture);
  std::size_t row = 1;
  for (std::string line; row < rows && std::getline(lines, line); ++row) {
    drawn += line + "\x1b[K\n";
  }
  return drawn + "\x1b[J";
}

}  // namespace

void Watch(Session& session, std::chrono::milliseconds interval, const std::string& title,
           const Draw& draw) {
  for (bool has_answered = false;; has_answered = true) {
    const bool is_terminal = session.terminal.has_value();
    if (is_terminal) session.terminal = OutputTerminal();  // it may have another size now
    const std::string picture = Picture(session, draw, has_answered);
    if (session.terminal) {
      const std::string head = session.out_style.Faint(title + "  " + Clock() + "  Ctrl-C ends");
      if (!has_answered) session.out << "\x1b[2J";
      session.out << OverOldPicture(head + "\n" + picture, session.terminal->rows);
    } else {
      session.out << (has_answered && !session.options.json ? "\n" : "") << picture;
    }
    session.out.flush();
    std::this_thread::sleep_for(interval);
  }
}

}  // namespace mist::cli
