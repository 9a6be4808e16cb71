// What every connection of the server works with.
//
// Plain references, fixed before the first connection and outliving the last.
// Each part's own header says from which shard it may be called.
#pragma once

#include "auth/accounts.hpp"
#include "auth/invites.hpp"
#include "auth/sessions.hpp"
#include "chat/leavers.hpp"
#include "chat/rooms.hpp"
#include "net/assets.hpp"
#include "net/caller_count.hpp"
#include "net/proxies.hpp"
#include "net/shard_io.hpp"
#include "net/site.hpp"
#include "runtime/background_loops.hpp"
#include "runtime/clock.hpp"
#include "runtime/owned.hpp"
#include "runtime/problems.hpp"
#include "runtime/shard.hpp"

namespace colo {

struct Services {
  Shards& shards;
  const Clock& clock;
  Sessions& sessions;  // first shard
  Accounts& accounts;
  Invites& invites;
  Rooms& rooms;
  Leavers& leavers;
  Assets assets;
  Sites sites;
  Rate frames;  // per socket; faster is flooding
  TrustedProxies proxies;
  CallerCount& callers;  // first shard
  PerShard<ShardIo>& io;
  const Problems& problems;
  const BackgroundLoops& loops;
};

}  // namespace colo
