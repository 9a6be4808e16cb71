// Ids as distinct types, so that the compiler detects a mix-up.
//
// Plain values: comparable and cheap to copy.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "domain/seeded_hash.hpp"

namespace colo {

/// An account. Assigned by the store, never reused.
struct UserId {
  std::int64_t value = 0;
  auto operator<=>(const UserId&) const = default;
};

/// The number of an account's password: each new one increases it.
struct PasswordVersion {
  std::int64_t value = 0;
  auto operator<=>(const PasswordVersion&) const = default;
};

/// An invite. Assigned by the store, never reused.
struct InviteId {
  std::int64_t value = 0;
  auto operator<=>(const InviteId&) const = default;
};

/// SHA-256 of an invite's code, which itself is not stored.
struct CodeHash {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const CodeHash&) const = default;
};

/// A room's id in the configuration: 1 to 32 of a–z, 0–9 and '-'.
struct RoomId {
  std::string value;
  auto operator<=>(const RoomId&) const = default;
};

/// A message's position in its room: 1, 2, 3 …; 0 is before the first.
struct Seq {
  std::uint64_t value = 0;
  auto operator<=>(const Seq&) const = default;
};

/// A deletion's position in its room: 1, 2, 3 …; 0: none yet.
struct DeletionId {
  std::uint64_t value = 0;
  auto operator<=>(const DeletionId&) const = default;
};

/// Identifies one life of a temporary room's memory, or one history of a persistent room: 1 to
/// 2^53 - 1. 0: unknown.
struct Epoch {
  std::uint64_t value = 0;
  auto operator<=>(const Epoch&) const = default;
};

/// 16 random bytes by which a client identifies a drawing, so that a retry is not stored twice.
struct ClientId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const ClientId&) const = default;
};

/// One sign-in of one person on one device.
struct SessionId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const SessionId&) const = default;
};

/// Frames of one room, or of the lobby, on one shard: 1, 2, 3 … 0: replies to one client.
struct FlowId {
  std::uint32_t value = 0;
  auto operator<=>(const FlowId&) const = default;
};

/// One connection: the shard that accepted it and its number there.
struct ConnectionId {
  std::uint32_t shard = 0;
  std::uint64_t number = 0;
  auto operator<=>(const ConnectionId&) const = default;
};

}  // namespace colo

template <>
struct std::hash<colo::UserId> {
  std::size_t operator()(const colo::UserId& id) const {
    return std::hash<std::int64_t>{}(id.value);
  }
};
template <>
struct std::hash<colo::RoomId> {
  std::size_t operator()(const colo::RoomId& id) const { return colo::SeededHash{}(id.value); }
};
template <>
struct std::hash<colo::ClientId> {
  std::size_t operator()(const colo::ClientId& id) const {
    return colo::SeededHash{}(std::as_bytes(std::span(id.bytes)));
  }
};
template <>
struct std::hash<colo::SessionId> {
  std::size_t operator()(const colo::SessionId& id) const {
    return colo::SeededHash{}(std::as_bytes(std::span(id.bytes)));
  }
};
template <>
struct std::hash<colo::ConnectionId> {
  std::size_t operator()(const colo::ConnectionId& id) const {
    return std::hash<std::uint64_t>{}(id.number * 64 + id.shard);
  }
};
