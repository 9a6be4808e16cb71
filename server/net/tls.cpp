#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace fs = std::filesystem;

namespace {

constexpr auto ciphers_of_tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";

constexpr std::string_view right_certificate =
    "it must be a PEM file with the certificate and its chain, such as certbot's fullchain.pem";
constexpr std::string_view right_key =
    "it must be a PEM file with the certificate's private key, without a passphrase, such as "
    "certbot's privkey.pem";

[[noreturn]] void refuse(std::string_view key, const fs::path& file, std::string_view why,
                         std::string_view right) {
  throw std::runtime_error(fmt::format("{} {}: {}; {}.", key, file.string(), why, right));
}

std::string content_of(std::string_view key, const fs::path& file, std::string_view right) {
  const auto unreadable = [&](std::error_code why) {
    refuse(key, file, fmt::format("cannot be read ({})", why.message()), right);
  };
  std::error_code unknown;  // then opening the file reports it
  if (fs::is_directory(file, unknown)) unreadable(std::make_error_code(std::errc::is_a_directory));
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) unreadable(std::error_code(errno, std::generic_category()));
  return {std::istreambuf_iterator<char>(in), {}};
}

void configure(ssl::context& context) {
  auto* raw = context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // Stream writes one record at a time, offers the same bytes again from another place, and keeps
  // no buffers (2 x 16 KiB) while a connection is idle.
  SSL_CTX_clear_mode(raw, SSL_MODE_AUTO_RETRY);  // a read returns after each message
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  // No resumption: it saves no round trip in TLS 1.3, a ticket key would decrypt recorded traffic
  // later, and a cache would be memory that clients can fill.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  // Clients without AES instructions prefer ChaCha20, and get it.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (SSL_CTX_set_cipher_list(raw, ciphers_of_tls12) != 1 ||
      SSL_CTX_set1_groups_list(raw, groups) != 1)
    throw std::runtime_error("OpenSSL does not know the ciphers that TLS is to be spoken with.");
}

// RFC 7301: a client that offers protocols wants one of them or none; we have HTTP/1.1 only.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* protocol = nullptr;
  const int found = SSL_select_next_proto(&protocol, chosen_length, ours, sizeof ours - 1, offered,
                                          offered_length);
  *chosen = protocol;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void warn_if_out_of_date(const ssl::context& context, const fs::path& file) {
  const auto* certificate =
      SSL_CTX_get0_certificate(const_cast<ssl::context&>(context).native_handle());  // only read
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    log::warn("the certificate in {} is past its date: browsers will refuse it", file.string());
}

}  // namespace

TlsContext load_certificate(const fs::path& certificate, const fs::path& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  configure(*context);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  // Without this OpenSSL would ask for a passphrase on the terminal.
  context->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); });

  const auto chain_text = content_of("tls_cert", certificate, right_certificate);
  const auto key_text = content_of("tls_key", key, right_key);
  boost::system::error_code error;
  context->use_certificate_chain(asio::buffer(chain_text), error);
  if (error)
    refuse("tls_cert", certificate, fmt::format("holds no certificate ({})", error.message()),
           right_certificate);
  context->use_private_key(asio::buffer(key_text), ssl::context::pem, error);
  const auto reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (error && reason == X509_R_KEY_VALUES_MISMATCH)
    refuse("tls_key", key,
           fmt::format("is not the key of the certificate in {}", certificate.string()), right_key);
  if (error) refuse("tls_key", key, fmt::format("holds no key ({})", error.message()), right_key);
  // OpenSSL silently accepts a key of another type than the certificate's.
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    refuse("tls_key", key,
           fmt::format("is not the key of the certificate in {}", certificate.string()), right_key);
  warn_if_out_of_date(*context, certificate);
  return context;
}

}  // namespace colo
