// For tests: a session table, and requests that spend tokens, with a manual clock and event loop.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <vector>

#include "auth/session_table.hpp"

namespace colo {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using Spent = result<Spending>;

class SessionTableTest : public testing::Test {
 protected:
  static asio::awaitable<void> keep(asio::awaitable<Spent> spending,
                                    std::shared_ptr<std::optional<Spent>> into) {
    *into = co_await std::move(spending);
  }

  // Begins a request; the outcome is empty while it waits for the one that it repeats.
  std::shared_ptr<std::optional<Spent>> begin_with(SessionProof proof, const std::string& rid,
                                                   std::string_view body = "") {
    auto outcome = std::make_shared<std::optional<Spent>>();
    auto spending =
        sessions_.spend(std::move(proof), rid, hash_request("POST", "/api/ticket", body));
    asio::co_spawn(loop_, keep(std::move(spending), outcome), asio::detached);
    loop_.restart();
    loop_.poll();
    return outcome;
  }

  // With the secret of the token's session.
  std::shared_ptr<std::optional<Spent>> begin(const std::string& token, const std::string& rid,
                                              std::string_view body = "") {
    return begin_with({{token}, secret_of(token)}, rid, body);
  }

  Spent spend_with(SessionProof proof, const std::string& rid) {
    return begin_with(std::move(proof), rid)->value();
  }

  Spent spend(const std::string& token, const std::string& rid, std::string_view body = "") {
    return begin(token, rid, body)->value();
  }

  // A whole request; gives the next token.
  std::string run(const std::string& token, const std::string& rid) {
    const auto spent = spend(token, rid);
    EXPECT_TRUE(spent && std::holds_alternative<Granted>(*spent));
    const auto& granted = std::get<Granted>(*spent);
    sessions_.answer(granted.session, rid, {200, "reply to " + rid, granted.next_token, false, {}});
    return granted.next_token;
  }

  // Opens a session at password version 1; gives its token.
  std::string open(const User& user, std::string device = "Chrome on Android") {
    const auto opened = sessions_.open(user, {1}, std::move(device)).value();
    secrets_[sid_in(opened.token)] = opened.secret;
    return opened.token;
  }

  const std::string& secret_of(const std::string& token) { return secrets_.at(sid_in(token)); }

  static errc code_of(const Spent& spent) { return spent ? errc::internal : spent.error().code; }

  // Opens a socket; gives why it was closed, if it was.
  std::shared_ptr<std::optional<Ending>> open_socket(SessionId session, std::uint64_t number) {
    auto closed = std::make_shared<std::optional<Ending>>();
    const auto ticket = sessions_.issue_ticket(session);
    EXPECT_TRUE(
        sessions_.redeem(*ticket, {}, {0, number}, [closed](Ending why) { *closed = why; }));
    return closed;
  }

  SessionId session_of(const std::string& token, const std::string& rid) {
    return std::get<Granted>(*spend(token, rid)).session;
  }

  // The claim "sid" of a token.
  static std::string sid_in(const std::string& token) {
    const auto begin = token.find('.') + 1;
    const auto part = token.substr(begin, token.rfind('.') - begin);
    std::string claims(part.size(), '\0');
    std::size_t length = 0;
    EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(claims.data()), claims.size(),
                                part.data(), part.size(), nullptr, &length, nullptr,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    const std::string field = "\"sid\":\"";
    return claims.substr(claims.find(field) + field.size(), 32);
  }

  ManualClock clock_;
  asio::io_context loop_;
  SessionTable sessions_{{30min, 24h}, clock_};
  std::map<std::string, std::string> secrets_;
  User ana_{{1}, "Ana", false};
  User ben_{{2}, "Ben", false};
};

}  // namespace colo
