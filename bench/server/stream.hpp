// One TCP connection to a server on loopback, plain or TLS.
//
// Non-blocking after the constructor. The caller makes the same calls for both kinds, so plain and
// TLS runs differ only in the encryption. The certificate is not verified: the benchmark made it.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace load {

/// Client settings that all TLS connections share.
class TlsContext {
 public:
  /// Throws std::runtime_error.
  TlsContext();
  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

class Stream {
 public:
  /// Connects to 127.0.0.1:`port`; `number` chooses the local address. No `tls`: plain.
  /// Throws std::system_error.
  Stream(std::uint32_t number, std::uint16_t port, const TlsContext* tls);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int fd() const { return fd_; }

  /// True once data can be sent; call it again when the socket is readable. A plain connection is
  /// ready at once. Throws std::runtime_error if TLS fails.
  bool handshake();

  /// Bytes read; 0 if none are there now; nothing if the connection is closed.
  std::optional<std::size_t> read(std::span<char> buffer);

  /// Bytes written; fewer than given if the socket is full or closed. After that, the next call
  /// must begin with the bytes that were not written (SSL_write(3)).
  std::size_t write(std::string_view bytes);

  /// Makes the kernel's receive buffer as small as it can be.
  void shrink_receive_buffer();

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  int fd_ = -1;
  std::unique_ptr<SSL, Free> ssl_;  // null: plain
};

}  // namespace load
