// For tests: a password hash that needs more memory than there is.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace colo {

/// Argon2id with 2 TiB.
inline const std::string hash_of_much_memory =
    "$argon2id$v=19$m=2147483648,t=1,p=1$xfUw1mSMTwayBb8YqBxbUg$"
    "+oVFeuEnfP+WEg/yojBck7TLo+t4Tfv2Fh9gubAFjS0";

/// Limits the process to 1 TiB more of address space. Otherwise some kernels grant the 2 TiB and
/// kill the process later (vm.overcommit_memory = 1).
class BoundedMemory {
 public:
  BoundedMemory() {
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    EXPECT_EQ(getrlimit(RLIMIT_AS, &before_), 0);
    auto bounded = before_;
    bounded.rlim_cur = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{1} << 40);
    EXPECT_EQ(setrlimit(RLIMIT_AS, &bounded), 0);
  }
  BoundedMemory(const BoundedMemory&) = delete;
  BoundedMemory& operator=(const BoundedMemory&) = delete;
  ~BoundedMemory() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

}  // namespace colo
