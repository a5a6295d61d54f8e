// The JSON shapes of jobs, workers and status, as Mist 1.1 wrote them. Contexts and functions:
// contexts/context_json.h.
#pragma once

#include <cstdint>
#include <string>

#include "api/http/process_facts.h"
#include "api/http/streams/stream_server.h"
#include "master/services/services.h"

namespace mist::http {

// As the API always had it, and `failedStarts` when it is one of those that fail.
std::string ContextJson(const ContextConfig& config, const std::vector<FailedStarts>& failing);
// JobDetails. Empty optional fields are left out.
std::string JobDetailsJson(const Job& job);

// {"jobs":[...],"total":n} or, not paginated, the array alone. A search has no total, and where it
// goes on: "next" and "scannedTo".
std::string JobListJson(const JobPage& page, bool paginate);

// {"attempts":[...]}: what became of a job, by attempt.
std::string AttemptsJson(const std::vector<JobStep>& course);

// Why a job waits.
std::string JobWaitsJson(const JobWaits& waits);
// Overview: what is going on now.
std::string OverviewJson(const BrokerView& view, WallTime time);

// JobResult: what a caller with force=true gets.
std::string JobResultJson(const EndedJob& ended);

// What every worker is told of its master, shown in WorkerLink.
struct MasterAddresses {
  std::string http;     // host:port
  std::string workers;  // host:port that workers dial
  std::int64_t max_artifact_bytes = 250 << 20;
};
std::string WorkerLinkJson(const WorkerInfo& worker, const MasterAddresses& master);

// MistStatus, and what is ours: `streams`, and a member for each message broker. The master is no
// JVM: see process_facts.h for what its numbers are.
std::string MistStatusJson(const MasterStatus& status, const ProcessFacts& process,
                           const StreamCounts& streams);

// "2018-10-20T01:46:40.123": local time without a zone.
std::string LocalDateTime(WallTime time);

}  // namespace mist::http
