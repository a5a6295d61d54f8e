// SHA-1 (which the API shows) and SHA-256 (which identifies contents) of a stream of bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace mist {

// Lower-case hex digits.
struct Digests {
  std::string sha1;
  std::string sha256;
};

class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Add(std::string_view bytes);
  // Once, at the end.
  Digests Finish();

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_md_ctx_st, FreeContext>;

  Context sha1_;
  Context sha256_;
};

}  // namespace mist
