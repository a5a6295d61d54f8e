#pragma once

#include <string>

namespace mist::mqtt {

// How to reach the broker and to be let in.
struct Broker {
  std::string uri;       // tcp://host:port or ssl://host:port
  std::string username;  // empty: no login
  std::string password;
  std::string ca;  // files, for ssl; without this one the system's authorities count
  std::string certificate;
  std::string key;
};

}  // namespace mist::mqtt
