#include "master/workers/worker_secrets.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/log.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 64;  // what NewSecret() makes

void WriteKey(const fs::path& path, const std::string& key) {
  const fs::path part = path.string() + ".part";
  const FileHandle file = OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC);
  if (fchmod(file.Descriptor(), S_IRUSR | S_IWUSR) != 0)
    throw SystemError(errno, "protecting " + part.string());
  WriteAll(file, key, part);
  SyncFile(file, part);
  fs::rename(part, path);
  SyncFolder(path.parent_path());
}

// A master whose disk is full starts all the same.
std::string MakeKey(const fs::path& path) {
  std::string key = NewSecret();
  try {
    WriteKey(path, key);
  } catch (const std::exception& error) {
    log::Warn("worker_key_not_kept",
              {{"file", path.string()},
               {"reason", error.what()},
               {"effect", "a master that starts again does not find its workers"}});
  }
  return key;
}

std::string ReadOrMakeKey(const fs::path& path) {
  if (!fs::exists(path)) return MakeKey(path);
  std::ifstream file(path, std::ios::binary);
  std::string key{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) throw Error(ErrorCode::kIo, "cannot read " + path.string());
  if (key.size() == kKeyBytes) return key;
  throw Error(ErrorCode::kCorrupt,
              path.string() + " is not a key of Mist's workers: remove it, and a new one is made");
}

}  // namespace

WorkerSecrets::WorkerSecrets(const fs::path& key_file) : key_(ReadOrMakeKey(key_file)) {}

std::string WorkerSecrets::For(const WorkerId& worker) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int bytes = 0;
  const auto* text = reinterpret_cast<const unsigned char*>(worker.value.data());
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), text, worker.value.size(),
           digest.data(), &bytes) == nullptr) {
    throw Error(ErrorCode::kInternal, "OpenSSL cannot make the secret of a worker");
  }
  return ToHex({digest.data(), bytes});
}

std::string FingerprintOf(const std::string& secret) {
  constexpr std::size_t kBytes = 8;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw Error(ErrorCode::kInternal, "OpenSSL cannot make the digest of a secret");
  return ToHex({digest.data(), kBytes});
}

}  // namespace mist
