// The refusals that several services give.
#pragma once

#include <string>

#include "base/error.h"
#include "master/inspector/function_inspector.h"
#include "master/services/services.h"

namespace mist {

Refusal InvalidArgument(std::string message);  // java.lang.IllegalArgumentException
Refusal IllegalState(std::string message);     // java.lang.IllegalStateException
Refusal NotFound(std::string message);

// The artifact's fault.
Refusal FromProblem(const InspectionProblem& problem);

// The inspector could not answer.
Refusal FromError(const Error& error);

}  // namespace mist
