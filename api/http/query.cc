#include "api/http/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "api/http/percent.h"
#include "api/http/replies.h"
#include "contexts/setting_values.h"
#include "master/broker/job_state.h"

namespace mist::http {
namespace {

constexpr std::int32_t kDefaultLimit = 25;
constexpr std::int32_t kMaxLimit = 1000;
constexpr std::int64_t kLastMoment = 253'402'300'799'999;  // the end of the year 9999

bool IsOneOf(std::string_view value, const std::array<std::string_view, 4>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return EqualsIgnoringCase(value, word); });
}

// The texts of unknown ones are collected, so that a caller learns of all at once.
OrReply<std::vector<JobState>> ReadStates(const Query& query) {
  std::vector<JobState> states;
  std::string unknown;
  for (const std::string_view text : query.FindAll("status")) {
    if (const std::optional<JobState> state = ParseJobState(text)) {
      states.push_back(*state);
    } else {
      unknown += (unknown.empty() ? "Unknown status " : ",Unknown status ") + std::string(text);
    }
  }
  if (!unknown.empty()) return BadRequestReply("Unknown statuses: " + unknown);
  return states;
}

std::vector<std::string> NamesIn(const Query& query, std::string_view parameter) {
  std::vector<std::string> names;
  for (const std::string_view name : query.FindAll(parameter)) names.emplace_back(name);
  return names;
}

// `source` as the details of a job have it, or its last word: "Async Kafka", kafka.
std::optional<Trigger> FindTrigger(std::string_view text) {
  for (const Trigger trigger : {Trigger::kHttp, Trigger::kCli, Trigger::kKafka, Trigger::kMqtt}) {
    const std::string_view name = ToString(trigger);
    const std::string_view word = name.substr(name.rfind(' ') + 1);
    if (EqualsIgnoringCase(text, name) || EqualsIgnoringCase(text, word)) return trigger;
  }
  return std::nullopt;
}

OrReply<std::vector<Trigger>> ReadSources(const Query& query) {
  std::vector<Trigger> sources;
  for (const std::string_view text : query.FindAll("source")) {
    const std::optional<Trigger> source = FindTrigger(text);
    if (!source)
      return MalformedQuery("source",
                            "'" + std::string(text) + "' is not http, cli, kafka or mqtt");
    sources.push_back(*source);
  }
  return sources;
}

OrReply<JobFilter> ReadFilter(const Query& query) {
  const auto sources = ReadSources(query);
  if (const Reply* refused = std::get_if<Reply>(&sources)) return *refused;
  const auto since = query.Moment("since");
  if (const Reply* refused = std::get_if<Reply>(&since)) return *refused;
  const auto until = query.Moment("until");
  if (const Reply* refused = std::get_if<Reply>(&until)) return *refused;
  return JobFilter{.functions = NamesIn(query, "function"),
                   .contexts = NamesIn(query, "context"),
                   .workers = NamesIn(query, "worker"),
                   .sources = std::get<std::vector<Trigger>>(sources),
                   .since = std::get<std::optional<WallTime>>(since),
                   .until = std::get<std::optional<WallTime>>(until),
                   .text = std::string(query.Find("text").value_or(""))};
}

}  // namespace

OrReply<Query> Query::Parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = DecodeQueryPart(pair.substr(0, equals));
    const auto value = DecodeQueryPart(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value)
      return BadRequestReply("Illegal request-target: the query is not well encoded");
    query.parameters_.emplace_back(*name, *value);
  }
  return query;
}

std::optional<std::string_view> Query::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Query::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

OrReply<bool> Query::Boolean(std::string_view name, bool fallback) const {
  const std::string_view value = Find(name).value_or("");
  if (value.empty()) return fallback;
  if (IsOneOf(value, {"true", "yes", "on", "1"})) return true;
  if (IsOneOf(value, {"false", "no", "off", "0"})) return false;
  return MalformedQuery(name, "'" + std::string(value) + "' is not a valid Boolean value");
}

OrReply<std::int32_t> Query::Integer(std::string_view name, std::int32_t fallback) const {
  const std::optional<std::string_view> value = Find(name);
  if (!value) return fallback;
  std::string_view digits = *value;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc() && end == digits.data() + digits.size()) return number;
  return MalformedQuery(name,
                        "'" + std::string(*value) + "' is not a valid 32-bit signed integer value");
}

OrReply<std::optional<std::int64_t>> Query::Offset(std::string_view name) const {
  const std::optional<std::string_view> value = Find(name);
  if (!value) return std::optional<std::int64_t>();
  const auto offset = ParseCount(*value);
  if (offset) return std::optional<std::int64_t>(*offset);
  return MalformedQuery(name, "'" + std::string(*value) + "' is not a number of bytes");
}

OrReply<std::optional<WallTime>> Query::Moment(std::string_view name) const {
  const std::optional<std::string_view> value = Find(name);
  if (!value) return std::optional<WallTime>();
  const auto millis = ParseCount(*value);
  if (millis && *millis <= kLastMoment) return std::optional<WallTime>(FromEpochMillis(*millis));
  return MalformedQuery(name, "'" + std::string(*value) +
                                  "' is not a time in milliseconds since "
                                  "the epoch");
}

OrReply<Timeout> Query::Duration(std::string_view name) const {
  const std::optional<std::string_view> value = Find(name);
  if (!value) return Timeout();
  if (const std::optional<ParsedTimeout> parsed = ParseTimeout(*value)) return parsed->timeout;
  return RefusalReply({.kind = Refusal::Kind::kInvalid,
                       .message = "format error " + std::string(*value),
                       .legacy_class = "java.lang.NumberFormatException"});
}

OrReply<JobListing> ReadJobListing(const Query& query) {
  const auto limit = query.Integer("limit", kDefaultLimit);
  if (const Reply* refused = std::get_if<Reply>(&limit)) return *refused;
  const auto offset = query.Integer("offset", 0);
  if (const Reply* refused = std::get_if<Reply>(&offset)) return *refused;
  const auto paginate = query.Boolean("paginate", false);
  if (const Reply* refused = std::get_if<Reply>(&paginate)) return *refused;
  const auto states = ReadStates(query);
  if (const Reply* refused = std::get_if<Reply>(&states)) return *refused;
  // A plain list ignores them, as that of Mist 1.1 did.
  OrReply<JobFilter> filter = JobFilter();
  if (std::get<bool>(paginate)) filter = ReadFilter(query);
  if (const Reply* refused = std::get_if<Reply>(&filter)) return *refused;

  JobListing listing;
  listing.query.filter = std::move(std::get<JobFilter>(filter));
  listing.query.limit = std::clamp(std::get<std::int32_t>(limit), 1, kMaxLimit);
  listing.query.offset = std::max(std::get<std::int32_t>(offset), 0);
  listing.query.states = std::get<std::vector<JobState>>(states);
  listing.paginate = std::get<bool>(paginate);
  if (const auto before = query.Find("before")) listing.query.before = JobId{std::string(*before)};
  return listing;
}

}  // namespace mist::http
