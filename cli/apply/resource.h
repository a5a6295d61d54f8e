// What a conf file can describe, as it is sent to the master: names carry the user prefix already.
#pragma once

#include <string>
#include <variant>

#include <nlohmann/json.hpp>

namespace mist::cli {

struct ArtifactResource {
  std::string local_file;
};

struct FunctionResource {
  std::string path;  // key of its artifact
  std::string class_name;
  std::string context;
  nlohmann::json retry = nlohmann::json::object();  // those of its settings that are in the file
};

struct ContextResource {
  nlohmann::json config;  // the body of the request
};

// The alternatives stand in the order in which they depend on each other.
using ResourceSpec = std::variant<ArtifactResource, ContextResource, FunctionResource>;

struct Resource {
  std::string name;  // of an artifact: its key
  std::string file;  // where it is described
  ResourceSpec spec;
};

// "Artifact", "Context" or "Function", as conf files say it.
inline const char* ModelName(const Resource& resource) {
  static constexpr const char* kNames[] = {"Artifact", "Context", "Function"};
  return kNames[resource.spec.index()];
}

}  // namespace mist::cli
