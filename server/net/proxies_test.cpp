#include "net/proxies.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

namespace ip = boost::asio::ip;

ClientAddress at(const std::string& address, bool secure = false) {
  return {ip::make_address(address), secure};
}

std::string client_of(const TrustedProxies& proxies, const std::string& peer,
                      const std::string& forwarded_for) {
  return proxies.client_address(at(peer), forwarded_for, "").address.to_string();
}

TEST(TrustedProxies, OnlyConfiguredProxiesAreTrusted) {
  const TrustedProxies none({});
  EXPECT_EQ(client_of(none, "127.0.0.1", "198.51.100.7"), "127.0.0.1");
  EXPECT_FALSE(none.client_address(at("127.0.0.1"), "198.51.100.7", "https").secure);
  const TrustedProxies other({"10.0.0.1"});
  EXPECT_EQ(client_of(other, "10.0.0.2", "198.51.100.7"), "10.0.0.2");
}

TEST(TrustedProxies, TheClientIsTheLastAddressThatIsNotATrustedProxy) {
  const TrustedProxies proxies({"127.0.0.1", "10.0.0.0/8"});
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "198.51.100.7"), "198.51.100.7");
  // The client wrote the entries before it.
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "192.0.2.1, 198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "127.0.0.1,198.51.100.7 , 10.1.2.3"), "198.51.100.7");
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "2001:db8::7"), "2001:db8::7");
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "10.9.9.9, 10.1.2.3"), "10.9.9.9");  // all are ours
}

TEST(TrustedProxies, GarbageCountsAsTheProxyThatWroteIt) {
  const TrustedProxies proxies({"127.0.0.1", "10.0.0.0/8"});
  for (const std::string garbage : {"",
                                    " ",
                                    ",",
                                    "unknown",
                                    "_hidden",
                                    "198.51.100.7:",
                                    "198.51.100.7:123456",
                                    "198.51.100.7:x",
                                    "198.51.100.7:1:2",
                                    "[198.51.100.7]",
                                    "198.51.100.7%eth0",
                                    "[2001:db8::7",
                                    "[2001:db8::7]x",
                                    "[2001:db8::7]4711",
                                    "2001:db8::7]:1",
                                    "[]",
                                    "\"",
                                    "\"198.51.100.7",
                                    "198.51.100",
                                    "198.51.100.7;",
                                    "198.51.100.7\t8",
                                    "localhost",
                                    "0x7f.1",
                                    "198.51.100.7, nonsense"})
    EXPECT_EQ(client_of(proxies, "127.0.0.1", garbage), "127.0.0.1") << garbage;
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "198.51.100.7, nonsense, 10.1.2.3"), "10.1.2.3");
}

// As Azure's gateway, IIS and HAProxy write them, and RFC 7239 §6 for IPv6.
TEST(TrustedProxies, AnAddressIsTakenWithoutItsPortBracketsQuotesAndZone) {
  const TrustedProxies proxies({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
  for (const std::string v4 :
       {"198.51.100.7", "198.51.100.7:4711", "\"198.51.100.7:4711\"", "\"198.51.100.7\"",
        " 198.51.100.7:1 ", "192.0.2.1, 198.51.100.7:4711", "198.51.100.7:4711, 10.1.2.3:80",
        "198.51.100.7, [fd00::1]:443"})
    EXPECT_EQ(client_of(proxies, "127.0.0.1", v4), "198.51.100.7") << v4;
  for (const std::string v6 :
       {"2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:4711", "\"[2001:db8::7]:4711\"",
        "[2001:DB8:0::7]:65535", "2001:db8::7%eth0", "[2001:db8::7%eth0]:4711",
        "[2001:db8::7%25eth0]"})
    EXPECT_EQ(client_of(proxies, "127.0.0.1", v6), "2001:db8::7") << v6;
  EXPECT_EQ(client_of(proxies, "127.0.0.1", "[::ffff:198.51.100.7]:4711"), "::ffff:198.51.100.7");
}

TEST(TrustedProxies, NetworksAreTakenByTheirPrefix) {
  const TrustedProxies proxies({"10.1.2.3/12", "2001:db8::/33", "::1", "192.0.2.0/31"});
  for (const std::string ours : {"10.0.0.0", "10.15.255.255", "::ffff:10.1.1.1", "2001:db8::1",
                                 "2001:db8:7fff::1", "::1", "192.0.2.0", "192.0.2.1"})
    EXPECT_TRUE(proxies.trusts(ip::make_address(ours))) << ours;
  for (const std::string other :
       {"10.16.0.0", "11.0.0.0", "2001:db8:8000::1", "::2", "127.0.0.1", "192.0.2.2", "0.0.0.1"})
    EXPECT_FALSE(proxies.trusts(ip::make_address(other))) << other;
  EXPECT_TRUE(TrustedProxies({"0.0.0.0/0"}).trusts(ip::make_address("203.0.113.9")));
}

// Traefik writes wss for an upgrade; proxies that add to the list put the next hop behind.
TEST(TrustedProxies, TheSchemeIsTheOneThatTheClientUsed) {
  const TrustedProxies proxies({"127.0.0.1"});
  const auto secure = [&proxies](const std::string& proto, bool encrypted = false) {
    return proxies.client_address(at("127.0.0.1", encrypted), "198.51.100.7", proto).secure;
  };
  for (const std::string tls : {"https", "HTTPS", "wss", "https,http", "https, http", "wss,http",
                                " https\t, https", "https,"})
    EXPECT_TRUE(secure(tls)) << tls;
  for (const std::string other :
       {"", "http", "ws", "http, https", "http,wss", "httpsx", "https;", "xhttps", ",https", " "})
    EXPECT_FALSE(secure(other)) << other;
  EXPECT_TRUE(secure("", true));
  EXPECT_FALSE(secure("http", true));  // encrypted only between the proxy and us
  EXPECT_FALSE(
      proxies.client_address(at("127.0.0.2"), "", "https").secure);  // no trusted proxy reports it
}

TEST(Network, IsAnAddressOrAPrefix) {
  for (const std::string good :
       {"127.0.0.1", "::1", "10.0.0.0/8", "10.1.2.3/8", "fd00::/8", "::/0"})
    EXPECT_TRUE(is_network(good)) << good;
  for (const std::string bad : {"", "localhost", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "/8",
                                "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.*"})
    EXPECT_FALSE(is_network(bad)) << bad;
}

}  // namespace
}  // namespace colo
