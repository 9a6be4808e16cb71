// What every connection of the server works with.
//
// Plain references, fixed before the first connection and valid until the last has closed.
#pragma once

#include "auth/accounts.hpp"
#include "auth/invites.hpp"
#include "auth/session_table.hpp"
#include "chat/account_eraser.hpp"
#include "chat/rooms.hpp"
#include "net/assets.hpp"
#include "net/connection_quota.hpp"
#include "net/connections.hpp"
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
  Owned<SessionTable>& sessions;
  SessionTimes session_times;
  Accounts& accounts;
  Invites& invites;
  Rooms& rooms;
  AccountEraser& account_eraser;
  Assets assets;
  Sites sites;
  Rate frames;  // per socket; faster is flooding
  TrustedProxies proxies;
  PerShard<Connections>& connections;
  ConnectionQuota& quota;
  PerShard<ShardIo>& io;
  const Problems& problems;
  const BackgroundLoops& loops;
};

}  // namespace colo
