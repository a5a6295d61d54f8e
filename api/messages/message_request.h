// A message of a broker as a request to start a job.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "contexts/context_json.h"
#include "contexts/job_request.h"
#include "master/services/services.h"

namespace mist {

// How messages of a topic are to be read.
struct TopicReader {
  Trigger source = Trigger::kKafka;
  // Called with the message as its arguments; nullopt: the message names its function.
  std::optional<FunctionName> function;
  std::size_t max_depth = 256;  // of JSON
};

// With a key when the message is unique by its external id.
[[nodiscard]] std::variant<StartJob, BadBody> ReadMessage(std::string_view message,
                                                          const TopicReader& reader);

StartJob ToStart(DevRequest request);

// What a sender hears of a message that started no job: like a failed job's event, without a job.
// Empty members are left out.
struct Rejection {
  std::string function;
  std::optional<std::string> external_id;
  std::string reason;
};
std::string RejectionJson(const Rejection& rejection, WallTime time);

// Refused by a master that can do it later: the message must be tried again.
bool IsForNow(const Refusal& refusal);

}  // namespace mist
