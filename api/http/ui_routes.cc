// The web UI: the files of one folder. Every path that is no file answers with index.html, because
// the page app has addresses of its own (deep links).
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "api/http/file_reply.h"
#include "api/http/percent.h"
#include "api/http/replies.h"
#include "api/http/routes.h"

namespace mist::http {
namespace {

constexpr std::string_view kPrefix = "/ui/";

constexpr char kNoUi[] =
    "<!doctype html><title>Mist</title><p>The web UI is not installed: the folder "
    "<code>mist.http.ui</code> holds no index.html.</p>";

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kMediaTypes{
    MediaType{".css", "text/css; charset=UTF-8"},
    MediaType{".html", "text/html; charset=UTF-8"},
    MediaType{".ico", "image/x-icon"},
    MediaType{".jpg", "image/jpeg"},
    MediaType{".js", "application/javascript; charset=UTF-8"},
    MediaType{".json", "application/json"},
    MediaType{".map", "application/json"},
    MediaType{".png", "image/png"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".txt", "text/plain; charset=UTF-8"},
    MediaType{".ttf", "font/ttf"},
    MediaType{".webmanifest", "application/manifest+json"},
    MediaType{".woff", "font/woff"},
    MediaType{".woff2", "font/woff2"},
};

std::string TypeOf(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  for (const MediaType& known : kMediaTypes) {
    if (extension == known.extension) return std::string(known.type);
  }
  return kBinaryType;
}

// The decoded path below the folder; nullopt when it would lead elsewhere. Symbolic links in the
// folder are whoever made it meant.
std::optional<std::filesystem::path> PlainPath(std::string_view target) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  const auto decoded = DecodePathSegment(path.substr(kPrefix.size()));
  if (!decoded || decoded->find('\0') != std::string::npos) return std::nullopt;
  const std::filesystem::path relative(*decoded);
  if (relative.is_absolute()) return std::nullopt;
  for (const auto& part : relative) {
    if (part == "..") return std::nullopt;
  }
  return relative;
}

std::optional<FileFacts> FindFile(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const std::int64_t bytes = status.st_size;
  const std::int64_t seconds = status.st_mtim.tv_sec;
  return FileFacts{.path = path,
                   .bytes = bytes,
                   .etag = "\"" + std::to_string(bytes) + "-" + std::to_string(seconds) + "\"",
                   .modified = WallTime(std::chrono::seconds(seconds)),
                   .content_type = TypeOf(path)};
}

Reply Ui(const std::filesystem::path& folder, const Call& call) {
  const auto path = PlainPath(call.request.target);
  auto file = path ? FindFile(folder / *path) : std::nullopt;
  if (!file) file = FindFile(folder / "index.html");
  if (file) return FileReply(call.request, *file);
  return {.content_type = "text/html; charset=UTF-8", .body = kNoUi};
}

}  // namespace

void AddUiRoutes(Router& router, const RouteOptions& options) {
  router.Add("GET", "/ui", [](const Call&) {
    Reply reply = TextReply(308, "The UI is at /ui/");
    reply.headers.emplace_back("Location", "/ui/");
    return reply;
  });
  router.AddBelow("GET", kPrefix,
                  [folder = options.ui_folder](const Call& call) { return Ui(folder, call); });
}

}  // namespace mist::http
