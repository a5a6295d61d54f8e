#include "master/artifacts/digests.h"

#include <array>

#include <openssl/evp.h>

#include "base/error.h"
#include "base/hex.h"

namespace mist {
namespace {

void Check(int result) {
  if (result != 1) throw Error(ErrorCode::kInternal, "artifacts: OpenSSL cannot hash");
}

std::string FinishHex(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int bytes = 0;
  Check(EVP_DigestFinal_ex(context, digest.data(), &bytes));
  return ToHex({digest.data(), bytes});
}

}  // namespace

void Hasher::FreeContext::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Hasher::Hasher() : sha1_(EVP_MD_CTX_new()), sha256_(EVP_MD_CTX_new()) {
  Check(EVP_DigestInit_ex(sha1_.get(), EVP_sha1(), nullptr));
  Check(EVP_DigestInit_ex(sha256_.get(), EVP_sha256(), nullptr));
}

Hasher::~Hasher() = default;

void Hasher::Add(std::string_view bytes) {
  Check(EVP_DigestUpdate(sha1_.get(), bytes.data(), bytes.size()));
  Check(EVP_DigestUpdate(sha256_.get(), bytes.data(), bytes.size()));
}

Digests Hasher::Finish() {
  return {FinishHex(sha1_.get()), FinishHex(sha256_.get())};
}

}  // namespace mist
