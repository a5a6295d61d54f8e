// std::visit with one lambda per alternative: std::visit(Overloaded{[](int) {...}, [](auto&)
// {...}}, variant).
#pragma once

namespace mist {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace mist
