// The contexts and functions of an old installation: one HOCON file each, and those declared in its
// configuration.
#pragma once

#include <vector>

#include "contexts/context_config.h"
#include "contexts/function_config.h"
#include "master/import/import_report.h"
#include "master/import/old_installation.h"

namespace mist {

// What cannot be taken goes to the section, and so does what was filled in: settings that a file
// lacks come from the old context-defaults. A stored context counts before one of its name in the
// configuration.
std::vector<ContextConfig> ReadOldContexts(const OldInstallation& old, ImportSection& section);

// Those of router.conf last: a stored one counts before them.
std::vector<FunctionConfig> ReadOldFunctions(const OldInstallation& old, ImportSection& section);

}  // namespace mist
