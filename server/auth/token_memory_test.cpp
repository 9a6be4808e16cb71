// The signing key is in its locked memory only: a core dump holds not even a quarter of it.
//
// The test cannot ask for the key, but a token proves a guess: the 32 bytes that give its signature
// are the key. So it searches the memory that core dumps exclude for the key, and then the memory
// that they include for any eight bytes of it.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <bitset>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "auth/token.hpp"

namespace colo {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t part_bytes = 8;  // enough that no match is by chance

using Key = std::array<unsigned char, key_bytes>;

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
  bool dumped = false;  // not excluded from core dumps (madvise(2), MADV_DONTDUMP)
};

// The writable and resident mappings of this process.
std::vector<Mapping> own_mappings() {
  std::ifstream smaps("/proc/self/smaps");
  std::vector<Mapping> found;
  Mapping mapping;
  bool writable = false;
  std::uint64_t resident_kb = 0;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "Rss:") {
      words >> resident_kb;
    } else if (first == "VmFlags:") {
      mapping.dumped = (line + ' ').find(" dd ") == std::string::npos;
      if (writable && resident_kb > 0) found.push_back(mapping);
    } else if (first.find('-') != std::string::npos) {
      std::string rights, skipped;
      mapping = {};
      words >> rights >> skipped >> skipped >> skipped >> mapping.name;
      mapping.begin = std::stoull(first, nullptr, 16);
      mapping.end = std::stoull(first.substr(first.find('-') + 1), nullptr, 16);
      writable = rights.find('w') != std::string::npos;
      resident_kb = 0;
    }
  }
  return found;
}

// Calls see(bytes, length, address) for slices of a mapping. Reads it as a file, because address
// sanitizer would report direct reads.
template <typename See>
void read_mapping(const Mapping& mapping, See see) {
  constexpr std::size_t slice = 1 << 20;
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(memory, 0);
  const auto bytes = std::make_unique<unsigned char[]>(slice + key_bytes);
  for (auto at = mapping.begin; at < mapping.end; at += slice) {
    const auto wanted = std::min<std::uint64_t>(slice + key_bytes, mapping.end - at);
    const auto got = pread(memory, bytes.get(), wanted, static_cast<off_t>(at));
    if (got > 0) see(bytes.get(), static_cast<std::size_t>(got), at);  // else: unmapped meanwhile
  }
  sodium_memzero(bytes.get(), slice + key_bytes);
  close(memory);
}

// Recognises the key that signed a token.
class KeyCheck {
 public:
  explicit KeyCheck(const std::string& token) {
    const auto dot = token.rfind('.');
    signed_ = token.substr(0, dot);
    std::size_t length = 0;
    EXPECT_EQ(sodium_base642bin(signature_.data(), signature_.size(), token.data() + dot + 1,
                                token.size() - dot - 1, nullptr, &length, nullptr,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    EXPECT_EQ(length, signature_.size());
  }

  bool is_key(const unsigned char* key) const {
    if (!could_be_random(key)) return false;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> signature;
    crypto_auth_hmacsha256(signature.data(), reinterpret_cast<const unsigned char*>(signed_.data()),
                           signed_.size(), key);
    return signature == signature_;
  }

 private:
  // Most memory has fewer than 20 different bytes in 32; a random key has, once in 10^11.
  static bool could_be_random(const unsigned char* bytes) {
    std::bitset<256> seen;
    for (std::size_t i = 0; i < key_bytes; ++i) seen.set(bytes[i]);
    return seen.count() >= 20;
  }

  std::string signed_;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> signature_{};
};

// The key with all bits inverted, so that the test's own copy is not found.
std::optional<Key> find_locked_key(const KeyCheck& check) {
  constexpr std::uint64_t largest = 1 << 20;  // those of a sanitizer are terabytes
  std::optional<Key> inverted;
  for (const auto& mapping : own_mappings()) {
    if (mapping.dumped || mapping.end - mapping.begin > largest) continue;
    read_mapping(mapping, [&](unsigned char* bytes, std::size_t length, std::uint64_t) {
      for (std::size_t i = 0; i + key_bytes <= length && !inverted; i += 8) {
        if (!check.is_key(bytes + i)) continue;
        inverted.emplace();
        for (std::size_t k = 0; k < key_bytes; ++k)
          (*inverted)[k] = static_cast<unsigned char>(~bytes[i + k]);
      }
    });
  }
  return inverted;
}

// Where a core dump would hold eight bytes of the key, also XORed with the pads of HMAC
// (RFC 2104 §2).
std::vector<std::string> places_of_parts(const Key& inverted) {
  std::map<std::uint64_t, std::string> parts;  // each inverted
  for (const int pad : {0x00, 0x36, 0x5c}) {
    for (std::size_t i = 0; i + part_bytes <= key_bytes; i += part_bytes) {
      std::uint64_t part = 0;
      for (std::size_t k = part_bytes; k-- > 0;)
        part = part << 8 | static_cast<unsigned>(inverted[i + k] ^ pad);
      parts.emplace(part, fmt::format("bytes {} to {} of the key (pad {:#x})", i, i + 7, pad));
    }
  }
  std::bitset<65536> begins;
  for (const auto& [part, what] : parts) begins.set(part & 0xffff);
  std::vector<std::string> found;
  for (const auto& mapping : own_mappings()) {
    if (!mapping.dumped) continue;
    read_mapping(mapping, [&](unsigned char* bytes, std::size_t length, std::uint64_t at) {
      for (std::size_t i = 0; i + part_bytes <= length; ++i) {
        std::uint64_t part = 0;
        std::memcpy(&part, bytes + i, part_bytes);
        part = ~part;
        if (!begins.test(part & 0xffff)) continue;
        if (const auto known = parts.find(part); known != parts.end())
          found.push_back(fmt::format("{} in {} at {:#x}", known->second,
                                      mapping.name.empty() ? "memory" : mapping.name, at + i));
      }
    });
  }
  return found;
}

// A token signed with `key`.
std::string token_signed_with(const unsigned char* key) {
  const std::string head = "eyJhbGciOiJIUzI1NiJ9.e30";
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> signature;
  crypto_auth_hmacsha256(signature.data(), reinterpret_cast<const unsigned char*>(head.data()),
                         head.size(), key);
  const auto variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(signature.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), signature.data(), signature.size(), variant);
  text.resize(text.size() - 1);  // its terminator
  return head + '.' + text;
}

// Reads all memory of the process. Under the thread sanitizer that includes its shadow memory, and
// each byte of it costs a check: minutes, for one thread.
class TokenMemory : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "one thread, and too much memory under the thread sanitizer";
#endif
  }
};

TEST_F(TokenMemory, AnExposedKeyIsFound) {
  ASSERT_GE(sodium_init(), 0);
  const auto exposed = std::make_unique<Key>();
  randombytes_buf(exposed->data(), exposed->size());
  EXPECT_TRUE(KeyCheck(token_signed_with(exposed->data())).is_key(exposed->data()));
  Key inverted;
  for (std::size_t i = 0; i < key_bytes; ++i)
    inverted[i] = static_cast<unsigned char>(~(*exposed)[i]);
  EXPECT_GE(places_of_parts(inverted).size(), key_bytes / part_bytes);
}

TEST_F(TokenMemory, NoPartOfTheKeyIsOutsideItsLockedMemory) {
  const TokenKey key;
  std::string token;
  for (int i = 1; i <= 4000; ++i) {
    token = key.sign({random_session_id(), static_cast<std::uint64_t>(i), 1'790'000'000});
    ASSERT_TRUE(key.verify(token));
    if (i % 4 == 0) {  // failures take another path
      EXPECT_FALSE(key.verify(token.substr(0, token.size() - 8) + "AAAAAAAA"));
      EXPECT_FALSE(key.verify("eyJhbGciOiJIUzUxMiJ9" + token.substr(token.find('.'))));
    }
  }
  const auto inverted = find_locked_key(KeyCheck(token));
  ASSERT_TRUE(inverted) << "the key is not in memory that core dumps exclude";
  EXPECT_EQ(places_of_parts(*inverted), std::vector<std::string>{});
}

}  // namespace
}  // namespace colo
