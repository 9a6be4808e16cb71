// For tests: sessions, and requests that spend their tokens, with a clock and an
// event loop that stand still.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <vector>

#include "auth/sessions.hpp"

namespace colo {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using Spending = result<std::variant<Granted, Reply>>;

class SessionsTest : public testing::Test {
 protected:
  static asio::awaitable<void> keep(asio::awaitable<Spending> spending,
                                    std::shared_ptr<std::optional<Spending>> into) {
    *into = co_await std::move(spending);
  }

  // A request as the network layer makes it; its outcome is empty while it waits for a twin.
  std::shared_ptr<std::optional<Spending>> begin_with(SessionProof proof, const std::string& rid,
                                                      std::string_view body = "") {
    auto outcome = std::make_shared<std::optional<Spending>>();
    auto spending =
        sessions_.spend(std::move(proof), rid, hash_request("POST", "/api/ticket", body));
    asio::co_spawn(loop_, keep(std::move(spending), outcome), asio::detached);
    loop_.restart();
    loop_.poll();
    return outcome;
  }

  // Of the page that was given the token's session.
  std::shared_ptr<std::optional<Spending>> begin(const std::string& token, const std::string& rid,
                                                 std::string_view body = "") {
    return begin_with({{token}, secret_of(token)}, rid, body);
  }

  Spending spend_with(SessionProof proof, const std::string& rid) {
    return begin_with(std::move(proof), rid)->value();
  }

  Spending spend(const std::string& token, const std::string& rid, std::string_view body = "") {
    return begin(token, rid, body)->value();
  }

  // One whole request: spent and answered. Gives the next token.
  std::string run(const std::string& token, const std::string& rid) {
    const auto spent = spend(token, rid);
    EXPECT_TRUE(spent && std::holds_alternative<Granted>(*spent));
    const auto& granted = std::get<Granted>(*spent);
    sessions_.answer(granted.session, rid, {200, "reply to " + rid, granted.next_token, false, {}});
    return granted.next_token;
  }

  // One more device, of whoever knew the first password.
  std::string open(const User& user, std::string device = "Chrome on Android") {
    const auto opened = sessions_.open(user, {1}, std::move(device)).value();
    secrets_[sid_in(opened.token)] = opened.secret;
    return opened.token;
  }

  const std::string& secret_of(const std::string& token) { return secrets_.at(sid_in(token)); }

  static errc code_of(const Spending& spent) { return spent ? errc::internal : spent.error().code; }

  // A socket of the session; what it was closed with, if it was.
  std::shared_ptr<std::optional<Ending>> open_socket(SessionId session, std::uint64_t number) {
    auto closed = std::make_shared<std::optional<Ending>>();
    const auto ticket = sessions_.issue_ticket(session);
    EXPECT_TRUE(sessions_.redeem(*ticket, {0, number}, [closed](Ending why) { *closed = why; }));
    return closed;
  }

  SessionId session_of(const std::string& token, const std::string& rid) {
    return std::get<Granted>(*spend(token, rid)).session;
  }

  // The "sid" among a token's claims, which are its second part.
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
  Sessions sessions_{{30min, 24h}, clock_, loop_.get_executor()};
  std::map<std::string, std::string> secrets_;
  User ana_{{1}, "Ana", false};
  User ben_{{2}, "Ben", false};
};

}  // namespace colo
