// The server's certificate and TLS settings. A context is immutable; a new certificate makes a new
// context.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>

namespace colo {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// A server's context from PEM files: the certificate with its chain, and its private key. TLS 1.2
/// and 1.3 with forward secrecy and authenticated ciphers only (Mozilla's "intermediate" without
/// the ciphers from before 2013). Throws std::runtime_error: one sentence with the file and the
/// remedy.
TlsContext load_certificate(const std::filesystem::path& certificate,
                            const std::filesystem::path& key);

}  // namespace colo
