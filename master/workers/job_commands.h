// The broker's wishes in the words of the protocol.
#pragma once

#include "master/broker/messages.h"
#include "worker_protocol/worker_types.h"

namespace mist {

// Arguments longer than a chunk are left out: the worker reads them piece by piece.
[[nodiscard]] protocol::Command ToCommand(const SendRun& effect);
[[nodiscard]] protocol::Command ToCommand(const SendCancel& effect);
[[nodiscard]] protocol::Command ToCommand(const SendStop& effect);

}  // namespace mist
