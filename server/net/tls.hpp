// The certificate, and how TLS is spoken with it.
//
// A context is immutable once it was made, and safe from any thread: every shard
// holds the same one until it is given a newer.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>

namespace colo {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// A context for servers from PEM files: the certificate with its chain, and its
/// private key. TLS 1.2 and 1.3, forward secrecy and authenticated ciphers only
/// (Mozilla's "intermediate", without its ciphers of before 2013). Throws
/// std::runtime_error, one sentence that names the file and what would be right.
TlsContext load_certificate(const std::filesystem::path& certificate,
                            const std::filesystem::path& key);

}  // namespace colo
