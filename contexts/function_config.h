// A function as it is registered, and what the inspector found out about it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "contexts/retry_settings.h"

namespace mist {

// As a client sends it. The artifact may be replaced later; a job takes the contents of the moment.
struct FunctionConfig {
  FunctionName name;
  std::string path;        // artifact key, or the path of a file on the master's disk
  std::string class_name;  // JVM class, or Python attribute / module.attribute
  ContextName default_context;
  RetrySettings retry = {};  // of its jobs

  bool operator==(const FunctionConfig&) const = default;
};

// The type of one argument: the `type` of the contract's FunctionInfo JSON.
struct ArgType {
  enum class Kind { kInt, kDouble, kBoolean, kString, kAny, kList, kMap, kOption, kObject };

  Kind kind = Kind::kAny;
  // kList, kOption: one element type. kMap: the value type (keys are strings). Otherwise empty.
  std::vector<ArgType> args = {};
  std::vector<std::pair<std::string, ArgType>> fields = {};  // kObject only
  // How errors name the type where the wire has one name for several: "Long" and "Float"; for
  // kObject the class. Empty: the kind's own name.
  std::string precise_name = "";

  bool operator==(const ArgType&) const = default;
};

struct ArgField {
  std::string name;
  ArgType type;
  // The class that the whole request is read into, if it is a field of one; only errors tell it.
  std::string of_class = "";
  // Errors do not tell its name: Java's lists and optionals, as in Mist 1.1.
  bool unnamed = false;

  bool operator==(const ArgField&) const = default;
};

enum class FunctionLanguage { kScala, kJava, kPython };

// What one (artifact contents, class name) offers. Immutable; stored by the artifact's SHA-256.
struct FunctionSchema {
  FunctionLanguage language = FunctionLanguage::kScala;
  std::vector<ArgField> arguments = {};  // the user's arguments, in declaration order
  std::vector<std::string> tags = {};    // from contexts used: streaming, sql, hive
  // Rules of its own: the inspector must be asked before a job is accepted.
  bool has_validators = false;

  bool operator==(const FunctionSchema&) const = default;
};

}  // namespace mist
