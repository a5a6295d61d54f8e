// A request that shows people what a function takes.
#pragma once

#include <random>

#include <nlohmann/json.hpp>

namespace mist::cli {

// `execute` is the argument schema of a FunctionInfo: argument name to type. An object with a value
// of the right type for each argument; containers get one element.
nlohmann::json SampleRequest(const nlohmann::json& execute, std::mt19937& random);

}  // namespace mist::cli
