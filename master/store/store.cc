#include "master/store/store.h"

#include <future>
#include <utility>

namespace mist {

void Store::Write(std::vector<Mutation> batch) {
  std::promise<void> written;
  Submit(std::move(batch), [&written](const Error* error) {
    if (error == nullptr) {
      written.set_value();
    } else {
      written.set_exception(std::make_exception_ptr(*error));
    }
  });
  written.get_future().get();
}

}  // namespace mist
