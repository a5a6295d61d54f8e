// Names the calling thread as tools show it (ps -L, perf, gdb).
#pragma once

namespace mist {

// At most 15 characters; longer names are not set.
void NameThisThread(const char* name);

}  // namespace mist
