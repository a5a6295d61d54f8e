#include "master/store/store.h"

#include <future>
#include <memory>
#include <utility>

namespace mist {

void Store::Write(std::vector<Mutation> batch) {
  // Shared: the writer's thread may still be inside set_value() when this one has its answer.
  const auto written = std::make_shared<std::promise<std::optional<Error>>>();
  std::future<std::optional<Error>> outcome = written->get_future();
  Submit(std::move(batch), [written](const Error* error) {
    written->set_value(error == nullptr ? std::nullopt : std::make_optional(*error));
  });
  if (const std::optional<Error> error = outcome.get()) throw Error(*error);
}

}  // namespace mist
