// The replies that more than one route or layer gives, and the table from refusals to status codes.
#pragma once

#include <string>
#include <string_view>

#include "api/http/request.h"
#include "master/services/services.h"

namespace mist::http {

inline constexpr char kJsonType[] = "application/json";
inline constexpr char kTextType[] = "text/plain; charset=UTF-8";
inline constexpr char kBinaryType[] = "application/octet-stream";

Reply TextReply(int status, std::string text);
Reply JsonReply(std::string json);

Reply NoSuchResource();  // "404 std" of the contract
Reply BadRequestReply(std::string_view text);
Reply MalformedContent(std::string_view reason);
Reply MalformedQuery(std::string_view parameter, std::string_view reason);
Reply TargetTooLongReply();
Reply HeadTooLargeReply();
Reply TooManyWaiting();

// A failure of ours: the caller learns that it happened and its kind; the details go to the log
// only.
Reply FailureReply(const std::exception& failure);

int StatusOf(Refusal::Kind kind);
// The text is what Mist 1.1 wrote, without its stack trace: "Bad request:", newline, "<class>:
// <message>". For a job that goes on, the later request is the one for its result.
Reply RefusalReply(const Refusal& refusal);

}  // namespace mist::http
