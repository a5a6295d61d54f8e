// The form of a job's course in its row: one line for each step, added to the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "master/store/store.h"

namespace mist {

// What is stored of a reason: the log has the rest.
inline constexpr std::size_t kMaxReasonBytes = 4096;

// `started 1795927479939 1\n`; a worker or a reason follows as a JSON string. A worker that the job
// saw start is `["w_1",1795927471000]`.
std::string ToStoredLine(const JobStep& step);
// Leaves out what cannot be read: nothing but the telling depends on it.
std::vector<JobStep> ParseStoredCourse(std::string_view text);

JobStep StepOf(const MoveJob& move);
JobStep StepOf(const AssignWorker& assignment);
JobStep StepOf(const RequeueJob& requeue);
// How a course begins, and the whole of one that was not kept.
std::vector<JobStep> CourseOf(const Job& job, const std::vector<JobStep>& stored);

}  // namespace mist
