// The files of two folders: the web UI, and the documentation.
//
// Beside a file there may be compressed forms of it (main.js.br, main.js.gz), which are sent to
// those who take them. What a page may do is the page's own matter: a folder may hold
// content-security-policy.txt, whose text goes with each of its pages.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include "api/http/file_reply.h"
#include "api/http/percent.h"
#include "api/http/replies.h"
#include "api/http/routes.h"

namespace mist::http {
namespace {

constexpr std::string_view kUi = "/ui/";
constexpr std::string_view kDocs = "/docs/";
constexpr char kPolicyFile[] = "content-security-policy.txt";

constexpr char kNoDocs[] =
    "<!doctype html><title>Mist</title><p>There is no such page. "
    "<a href=\"/docs/\">All pages</a></p>";
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
std::optional<std::filesystem::path> PlainPath(std::string_view target, std::string_view prefix) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  const auto decoded = DecodePathSegment(path.substr(prefix.size()));
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

bool Takes(const Request& request, std::string_view coding) {
  const std::string_view accepted = request.FindHeader("Accept-Encoding").value_or("");
  for (std::size_t at = 0; at < accepted.size();) {
    const std::size_t end = std::min(accepted.find(',', at), accepted.size());
    std::string_view one = accepted.substr(at, end - at);
    at = end + 1;
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    if (one.substr(0, one.find_first_of("; ")) == coding) return !one.ends_with("q=0");
  }
  return false;
}

std::optional<std::string> PolicyOf(const std::filesystem::path& folder) {
  std::ifstream file(folder / kPolicyFile);
  std::string policy;
  if (!std::getline(file, policy) || policy.empty()) return std::nullopt;
  return policy;
}

struct Coding {
  const char* name;
  const char* extension;
};
constexpr std::array kCodings{Coding{"br", ".br"}, Coding{"gzip", ".gz"}};

// Names of the files below assets/ change with their contents.
bool IsForEver(const std::filesystem::path& path) {
  return path.begin() != path.end() && *path.begin() == "assets";
}

Reply SendFile(const Request& request, const std::filesystem::path& folder, FileFacts file) {
  const bool is_page = file.content_type.starts_with("text/html");
  const bool for_ever = IsForEver(file.path.lexically_relative(folder));
  std::optional<Coding> used;
  for (const Coding& coding : kCodings) {
    if (!Takes(request, coding.name)) continue;
    auto compressed = FindFile(file.path.string() + coding.extension);
    if (!compressed) continue;
    compressed->content_type = file.content_type;
    file = std::move(*compressed);
    used = coding;
    break;
  }
  Reply reply = FileReply(request, file);
  if (used) reply.headers.emplace_back("Content-Encoding", used->name);
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  reply.headers.emplace_back("Cache-Control",
                             for_ever ? "public, max-age=31536000, immutable" : "no-cache");
  reply.headers.emplace_back("Referrer-Policy", "no-referrer");
  reply.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  if (!is_page) return reply;
  if (auto policy = PolicyOf(folder))
    reply.headers.emplace_back("Content-Security-Policy", std::move(*policy));
  return reply;
}

// Every path that is no file is the page app's, which has addresses of its own (deep links).
Reply Ui(const std::filesystem::path& folder, const Call& call) {
  const auto path = PlainPath(call.request.target, kUi);
  auto file = path ? FindFile(folder / *path) : std::nullopt;
  if (!file) file = FindFile(folder / "index.html");
  if (file) return SendFile(call.request, folder, std::move(*file));
  return {.content_type = "text/html; charset=UTF-8", .body = kNoUi};
}

// A folder's page is its index.html.
Reply Docs(const std::filesystem::path& folder, const Call& call) {
  const auto path = PlainPath(call.request.target, kDocs);
  auto file = path ? FindFile(folder / *path) : std::nullopt;
  if (!file && path) file = FindFile(folder / *path / "index.html");
  if (file) return SendFile(call.request, folder, std::move(*file));
  return {.status = 404, .content_type = "text/html; charset=UTF-8", .body = kNoDocs};
}

void AddFolder(Router& router, std::string_view prefix, Route route) {
  const std::string address(prefix.substr(0, prefix.size() - 1));
  router.Add("GET", address, [prefix](const Call&) {
    Reply reply = TextReply(308, "The pages are at " + std::string(prefix));
    reply.headers.emplace_back("Location", std::string(prefix));
    return reply;
  });
  router.AddBelow("GET", prefix, std::move(route));
}

}  // namespace

void AddStaticRoutes(Router& router, const RouteOptions& options) {
  AddFolder(router, kUi,
            [folder = options.ui_folder](const Call& call) { return Ui(folder, call); });
  AddFolder(router, kDocs,
            [folder = options.docs_folder](const Call& call) { return Docs(folder, call); });
}

}  // namespace mist::http
