#include "cli/artifact_sha.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "base/error.h"

namespace mist::cli {

std::string ArtifactSha(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw SystemError(errno, "opening the artifact " + path);

  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                       &EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha1(), nullptr);
  std::vector<char> piece(256 * 1024);
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    EVP_DigestUpdate(digest.get(), piece.data(), static_cast<std::size_t>(file.gcount()));
  } while (file);
  if (file.bad()) throw SystemError(errno, "reading the artifact " + path);

  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest.get(), bytes.data(), &size);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += {kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]};
  return hex;
}

}  // namespace mist::cli
