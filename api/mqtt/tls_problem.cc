#include "api/mqtt/tls_problem.h"

#include <memory>
#include <string_view>
#include <system_error>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace mist::mqtt {
namespace {

constexpr int kConnectSeconds = 2;
constexpr int kPauseMillis = 10;
constexpr timeval kHandshakePatience{.tv_sec = 2, .tv_usec = 0};
// With TLS 1.3 our side is done before the broker has looked at our certificate.
constexpr timeval kAlertPatience{.tv_sec = 0, .tv_usec = 500'000};

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string FirstError() {
  const unsigned long code = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(code)) return std::system_category().message(ERR_GET_REASON(code));
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "the broker ended the connection" : reason;
}

std::string FileProblem(std::string_view key, const std::string& file) {
  return std::string(key) + " cannot be used: " + file + ": " + FirstError();
}

// Empty when all files can be used.
std::string ReadFiles(const Broker& broker, SSL_CTX& context) {
  if (broker.ca.empty()) {
    SSL_CTX_set_default_verify_paths(&context);
  } else if (SSL_CTX_load_verify_file(&context, broker.ca.c_str()) != 1) {
    return FileProblem("mqtt.tls.ca", broker.ca);
  }
  if (broker.certificate.empty()) return "";
  if (SSL_CTX_use_certificate_chain_file(&context, broker.certificate.c_str()) != 1)
    return FileProblem("mqtt.tls.certificate", broker.certificate);
  const std::string& key = broker.key.empty() ? broker.certificate : broker.key;
  if (SSL_CTX_use_PrivateKey_file(&context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return FileProblem("mqtt.tls.key", key);
  return "";
}

// Its certificate must be for this host, which may be an address.
void Expect(const std::string& host, SSL& session) {
  SSL_set_verify(&session, SSL_VERIFY_PEER, nullptr);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), host.c_str()) == 1) return;
  SSL_set_tlsext_host_name(&session, host.c_str());
  SSL_set1_host(&session, host.c_str());
}

std::string SessionProblem(SSL& session) {
  const long verified = SSL_get_verify_result(&session);
  if (verified == X509_V_OK) return "TLS: " + FirstError();
  return std::string("TLS: the broker's certificate is not accepted: ") +
         X509_verify_cert_error_string(verified);
}

void SetPatience(SSL& session, const timeval& patience) {
  const int fd = SSL_get_fd(&session);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace

std::string TlsProblem(const Broker& broker) {
  constexpr std::string_view kScheme = "ssl://";
  if (!broker.uri.starts_with(kScheme)) return "";
  const std::string address = broker.uri.substr(kScheme.size());
  std::string host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);

  ERR_clear_error();
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return "";
  if (std::string problem = ReadFiles(broker, *context); !problem.empty()) return problem;
  const Session session(SSL_new(context.get()), SSL_free);
  BIO* const connection = BIO_new_connect(address.c_str());
  if (!session || connection == nullptr) return "";
  SSL_set_bio(session.get(), connection, connection);  // which it frees
  Expect(host, *session);
  if (BIO_do_connect_retry(connection, kConnectSeconds, kPauseMillis) != 1) return "";
  BIO_socket_nbio(SSL_get_fd(session.get()), 0);

  ERR_clear_error();
  SetPatience(*session, kHandshakePatience);
  if (SSL_connect(session.get()) != 1) return SessionProblem(*session);
  SetPatience(*session, kAlertPatience);
  char unexpected = 0;
  const int read = SSL_read(session.get(), &unexpected, 1);
  const bool is_refused = read <= 0 && SSL_get_error(session.get(), read) == SSL_ERROR_SSL;
  return is_refused ? SessionProblem(*session) : "";
}

}  // namespace mist::mqtt
