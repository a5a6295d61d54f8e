#include <algorithm>
#include <functional>
#include <memory>

#include <hocon/config.hpp>
#include <hocon/config_exception.hpp>
#include <hocon/config_list.hpp>
#include <hocon/config_object.hpp>
#include <hocon/config_parse_options.hpp>
#include <hocon/config_syntax.hpp>
#include <hocon/config_value.hpp>

#include "base/error.h"
#include "contexts/config_readers.h"
#include "contexts/hocon_error.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// Inside "quoted strings" the library takes every byte above 0x7f for a control character and gives
// up. Such bytes travel through it as characters of the Unicode private-use area, U+E080 to U+E0FF.
std::string ProtectByte(unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  return std::string("\\ue0") + kDigits[byte >> 4] + kDigits[byte & 15];
}

// The library takes "" within a concatenation for an object. So an empty text travels as U+E000.
constexpr std::string_view kNothing = "\\ue000";

std::string RestoreBytes(const std::string& text) {
  std::string restored;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[i + n]); };
    if (text.compare(i, 3, "\xee\x80\x80") == 0) {
      i += 2;
      continue;
    }
    const bool is_protected =
        i + 2 < text.size() && byte(0) == 0xee && (byte(1) == 0x82 || byte(1) == 0x83);
    if (!is_protected) {
      restored += text[i];
      continue;
    }
    restored += static_cast<char>(((byte(1) & 0x3) << 6) | (byte(2) & 0x3f));
    i += 2;
  }
  return restored;
}

// Reads the text before the library does: the library recurses for every bracket and every dot of a
// key, so both are limited here; quoted strings get their bytes protected. What is counted may be
// too much, never too little.
class HoconScanner {
 public:
  HoconScanner(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  // The text for the library.
  ScannedHocon Scan() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (text_.substr(at_, 3) == kTripleQuote) {
        if (text_.find(kTripleQuote, at_ + 3) == std::string_view::npos)
          open_lines_.push_back(line_);
        CopyThrough(std::min(text_.find(kTripleQuote, at_ + 3), text_.size() - 3) + 3);
        key_ += kQuoted;
      } else if (c == '"') {
        ScanQuoted();
      } else if (c == '#' || text_.substr(at_, 2) == "//") {
        CopyThrough(std::min(text_.find('\n', at_), text_.size()));
      } else {
        Count(c);
        FollowKey(c);
        CopyThrough(at_ + 1);
      }
    }
    return {std::move(scanned_),
            open_lines_.empty() ? std::nullopt : std::optional(open_lines_.back())};
  }

 private:
  static constexpr std::string_view kTripleQuote = "\"\"\"";
  static constexpr char kQuoted = 'q';  // stands for a quoted part of a key

  void CopyThrough(std::size_t end) {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(end),
                                                 '\n'));
    scanned_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  void ScanQuoted() {
    key_ += kQuoted;
    CopyThrough(at_ + 1);
    if (at_ < text_.size() && text_[at_] == '"') scanned_ += kNothing;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        CopyThrough(at_ + 2);
      } else if (static_cast<unsigned char>(text_[at_]) > 0x7f) {
        scanned_ += ProtectByte(static_cast<unsigned char>(text_[at_++]));
      } else {
        CopyThrough(at_ + 1);
      }
    }
    if (at_ < text_.size()) CopyThrough(at_ + 1);
  }

  void Count(char c) {
    if (c == '{' || c == '[') open_lines_.push_back(line_);
    if ((c == '}' || c == ']') && !open_lines_.empty()) open_lines_.pop_back();
    if (c == '.') ++dots_;
    if (std::string_view(" \t\r\n=:{}[],").find(c) != std::string_view::npos) dots_ = 0;
    if (open_lines_.size() > kMaxConfigDepth || dots_ > kMaxConfigDepth) {
      throw Bad("nested too deeply");
    }
  }

  // The library crashes on keys such as "a..b" and "a.${b}" instead of refusing them.
  void FollowKey(char c) {
    const bool opens_substitution = c == '{' && key_.ends_with('$');
    if (in_substitution_ || opens_substitution) {
      in_substitution_ = c != '}';
    } else if (c == '=' || c == ':' || c == '{') {
      if (!in_value_) CheckKey();
      in_value_ = c != '{';
      key_.clear();
    } else if (std::string_view(",}[]\n").find(c) != std::string_view::npos) {
      in_value_ = false;
      key_.clear();
    } else if (std::string_view(" \t\r+").find(c) == std::string_view::npos) {
      key_ += c;
    }
  }

  void CheckKey() const {
    if (key_.find('$') != std::string::npos) throw Bad("a '$' in a key needs double quotes");
    const bool has_empty_part =
        key_.starts_with('.') || key_.ends_with('.') || key_.find("..") != std::string::npos;
    if (has_empty_part) throw Bad("a key has nothing before, after or between its dots");
  }

  Error Bad(const std::string& problem) const {
    return Error(ErrorCode::kInvalidConfig, name_ + ":" + std::to_string(line_) + ": " + problem);
  }

  const std::string_view text_;
  const std::string name_;
  std::string scanned_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::vector<std::size_t> open_lines_;  // where each open bracket stands
  std::size_t dots_ = 0;
  std::string key_;  // the characters since the last separator, without blanks
  bool in_value_ = false;
  bool in_substitution_ = false;
};

// The variables as a fallback below a file. The library merges the places of maps, taking the
// smaller line when both come from one source: so the variables carry the file's own source and
// stand behind its last line, which also tells them from what the file says itself.
struct Fallback {
  hocon::shared_object variables;
  std::string source;
  int first_line;

  bool IsOriginOf(const hocon::shared_value& value) const {
    return value->origin()->line_number() >= first_line && value->origin()->description() == source;
  }
};

class HoconConverter {
 public:
  HoconConverter(const std::string& name, const Fallback& fallback)
      : name_(name), fallback_(fallback) {}

  ConfigNode Convert(const hocon::shared_object& root) const {
    return Convert(root, fallback_.variables);
  }

 private:
  // `variable` is what the fallback has at this place, if anything.
  ConfigNode Convert(const hocon::shared_value& value, const hocon::shared_value& variable) const {
    ConfigNode converted;
    const int line =
        value->origin()->line_number();  // unknown (-1) for values put together from several
    const bool has_line = line > 0 && !fallback_.IsOriginOf(value);
    converted.origin = has_line ? name_ + ":" + std::to_string(line) : name_;
    switch (value->value_type()) {
      case hocon::config_value::type::OBJECT:
        ConvertObject(value, variable, converted);
        break;
      case hocon::config_value::type::LIST: {
        converted.kind = ConfigNode::Kind::kList;
        const auto list = std::dynamic_pointer_cast<const hocon::config_list>(value);
        for (const auto& item : *list) converted.items.push_back(Convert(item, nullptr));
        break;
      }
      case hocon::config_value::type::CONFIG_NULL:
      case hocon::config_value::type::UNSPECIFIED:
        break;
      default:
        converted.kind = ConfigNode::Kind::kScalar;
        converted.scalar = RestoreBytes(value->transform_to_string());
    }
    return converted;
  }

  void ConvertObject(const hocon::shared_value& value, const hocon::shared_value& variable,
                     ConfigNode& converted) const {
    converted.kind = ConfigNode::Kind::kMap;
    const auto object = std::dynamic_pointer_cast<const hocon::config_object>(value);
    const auto variables = std::dynamic_pointer_cast<const hocon::config_object>(variable);
    std::vector<std::pair<int, std::string>> keys;  // the library keeps them in no order
    for (const auto& [key, child] : *object) keys.emplace_back(child->origin()->line_number(), key);
    std::sort(keys.begin(), keys.end());
    for (const auto& [line, key] : keys) {
      const hocon::shared_value child = object->get(key);
      const hocon::shared_value same = variables == nullptr ? nullptr : variables->get(key);
      ConfigNode node = Convert(child, same);
      // A variable may be referred to, but the file does not say it.
      const bool is_variable = same != nullptr && fallback_.IsOriginOf(child);
      if (is_variable && node.entries.empty()) continue;
      converted.entries.push_back({RestoreBytes(key), std::move(node)});
    }
  }

  const std::string& name_;
  const Fallback& fallback_;
};

std::string ToHocon(const ConfigVariables& variables) {
  std::string text;
  for (const auto& [path, value] : variables) {
    text += path + " = \"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += "\"\n";
  }
  return text;
}

const hocon::config_parse_options& Options() {
  static const hocon::config_parse_options options =
      hocon::config_parse_options().set_syntax(config_syntax::CONF);
  return options;
}

// What the library says against a text; empty when it takes it.
std::string ProblemOf(const std::string& scanned) {
  try {
    (void)hocon::config::parse_string(scanned, Options());
    return "";
  } catch (const std::exception& e) {
    return e.what();
  }
}

Fallback FallbackFor(const hocon::shared_config& file, const ScannedHocon& scanned,
                     const std::string& name, const ConfigVariables& variables) {
  const std::string source = file->root()->origin()->description();
  const auto lines = std::count(scanned.text.begin(), scanned.text.end(), '\n') + 1;
  const std::string text = std::string(static_cast<std::size_t>(lines), '\n') +
                           HoconScanner(ToHocon(variables), name).Scan().text;
  const auto options =
      Options().set_origin_description(std::make_shared<const std::string>(source));
  return {hocon::config::parse_string(text, options)->root(), source, static_cast<int>(lines) + 1};
}

// The file stands over the variables, and both are resolved as one: only so may a key refer to its
// own earlier value, be it the file's or a variable's.
ConfigNode Read(
    const std::string& name, const ScannedHocon& scanned, const ConfigVariables& variables,
    const std::function<hocon::shared_config(const hocon::config_parse_options&)>& parse) {
  try {
    const hocon::shared_config file = parse(Options());
    const Fallback fallback = FallbackFor(file, scanned, name, variables);
    const auto merged = std::dynamic_pointer_cast<const hocon::config>(
        file->with_fallback(fallback.variables->to_config()));
    return HoconConverter(name, fallback).Convert(merged->resolve()->root());
  } catch (const std::exception& e) {
    // Not only the library's own type: std::bad_weak_ptr and others come out of it too.
    throw Error(ErrorCode::kInvalidConfig, DescribeHoconError(name, scanned, e.what(), ProblemOf));
  }
}

std::string Without(std::string_view part, std::string text) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;)
    text.erase(at, part.size());
  return text;
}

// As a key of its own; a comment may seem to have one, which does no harm.
bool HasInclude(std::string_view text) {
  constexpr std::string_view kInclude = "include";
  for (std::size_t at = 0; (at = text.find(kInclude, at)) != std::string_view::npos;) {
    at += kInclude.size();
    const std::size_t next = std::min(text.find_first_not_of(" \t", at), text.size());
    const std::string_view what = text.substr(next);
    for (const std::string_view start : {"\"", "file(", "url(", "classpath(", "required("}) {
      if (what.starts_with(start)) return true;
    }
  }
  return false;
}

}  // namespace

ConfigNode ParseHocon(const std::string& text, const std::string& name,
                      const ConfigVariables& variables) {
  RefuseUnreadable(text, name);
  const std::string unmarked = WithoutByteOrderMark(text);  // the scanner keeps a view of it
  const ScannedHocon scanned = HoconScanner(unmarked, name).Scan();
  return Read(name, scanned, variables, [&](const auto& options) {
    return hocon::config::parse_string(scanned.text, options);
  });
}

ConfigNode ParseHoconFile(const std::string& path, const std::string& text,
                          const ConfigVariables& variables) {
  // Only the library's own way to a file finds includes beside it; it insists on this extension and
  // reads the text itself, so nothing in it can be protected but empty texts, which rarely need it.
  const bool includes = HasInclude(text);
  if (includes && text.starts_with(kByteOrderMark)) {
    throw Error(ErrorCode::kInvalidConfig,
                path +
                    ":1: begins with a byte order mark, with which its includes are not found; "
                    "save the file without the mark");
  }
  const ScannedHocon scanned = HoconScanner(text, path).Scan();
  const bool can_include = path.ends_with(".conf") && includes &&
                           Without(kNothing, scanned.text) == Without(kNothing, text);
  if (!can_include) return ParseHocon(text, path, variables);
  return Read(path, scanned, variables, [&](const auto& options) {
    return hocon::config::parse_file_any_syntax(path, options);
  });
}

}  // namespace mist
