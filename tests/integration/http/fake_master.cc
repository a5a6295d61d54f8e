// A server with fake services for tools that want a running one, such as run_schemathesis. Prints
// its URL, and stops when its standard input ends.
#include <iostream>
#include <string>

#include "tests/integration/http/http_world.h"

int main() {
  mist::http::HttpWorld world;
  std::cout << "http://127.0.0.1:" << world.Port() << std::endl;
  world.Jobs().Release();  // force=true of a "waiting" function is answered at once
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
