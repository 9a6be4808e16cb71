// For tests: a self-signed certificate for "localhost", generated for each folder.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

namespace colo {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

inline CertificateFiles make_certificate(const std::filesystem::path& folder) {
  CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_set_pubkey(certificate, key);
  EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
  if (auto* file = std::fopen(files.certificate.c_str(), "w")) {
    EXPECT_EQ(PEM_write_X509(file, certificate), 1);
    std::fclose(file);
  }
  if (auto* file = std::fopen(files.key.c_str(), "w")) {
    EXPECT_EQ(PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr), 1);
    std::fclose(file);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

}  // namespace colo
