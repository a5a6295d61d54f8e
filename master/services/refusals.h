// The refusals that several services give.
#pragma once

#include <string>

#include "master/inspector/function_inspector.h"
#include "master/services/services.h"

namespace mist {

Refusal InvalidArgument(std::string message);  // java.lang.IllegalArgumentException
Refusal IllegalState(std::string message);     // java.lang.IllegalStateException
Refusal NotFound(std::string message);

// The artifact's fault.
Refusal FromProblem(const InspectionProblem& problem);

// Nobody's fault, or ours.
Refusal FromNoAnswer(const NoAnswer& no_answer);

}  // namespace mist
