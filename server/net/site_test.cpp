#include "net/site.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/host_name.hpp>
#include <string>
#include <vector>

namespace colo {
namespace {

namespace ip = boost::asio::ip;

const auto lan = ip::make_address("192.168.1.20");

TEST(Site, TheMachinesOwnAddressesAndNamesAreKnown) {
  const Sites sites({});
  for (const std::string host :
       {"192.168.1.20:5000", "192.168.1.20", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"})
    EXPECT_TRUE(sites.identify(host, lan, false)) << host;
  EXPECT_TRUE(sites.identify(ip::host_name() + ":5000", lan, false));
}

std::vector<std::string> known(const Sites& sites, const std::vector<std::string>& hosts) {
  std::vector<std::string> known;
  for (const auto& host : hosts)
    if (sites.identify(host, lan, false)) known.push_back(host);
  return known;
}

TEST(Site, AMachineIsKnownByItsFullNameItsFirstLabelAndItsMdnsName) {
  const std::vector<std::string> hosts{"pi",      "pi.local",     "pi.lan",  "pi.lan.local",
                                       "pi.home", "pi.lan.other", "lan",     "local",
                                       "",        ".local",       "pi.lan.", "pi.local."};
  using Names = std::vector<std::string>;
  EXPECT_EQ(known(Sites({}, "pi.lan"), hosts),
            (Names{"pi", "pi.local", "pi.lan", "pi.lan.", "pi.local."}));
  EXPECT_EQ(known(Sites({}, "Pi.LAN."), hosts),
            (Names{"pi", "pi.local", "pi.lan", "pi.lan.", "pi.local."}));
  EXPECT_EQ(known(Sites({}, "pi"), hosts), (Names{"pi", "pi.local", "pi.local."}));
  EXPECT_EQ(known(Sites({}, "pi.local"), hosts), (Names{"pi", "pi.local", "pi.local."}));
  for (const auto* nameless : {"", ".", "localhost", ".lan", "localhost.localdomain"})
    EXPECT_EQ(known(Sites({}, nameless), hosts), Names{}) << nameless;
}

TEST(Site, ANameMayEndWithTheDotOfTheRoot) {
  const Sites sites({"draw.example.org", "https://ink.example.org"}, "pi");
  // A browser keeps the dot in the Origin: only such a page is of this site.
  const auto site = *sites.identify("Draw.example.org.:5000", lan, false);
  EXPECT_TRUE(check_origin(site, "http://draw.example.org.:5000"));
  EXPECT_FALSE(check_origin(site, "http://draw.example.org:5000"));
  EXPECT_FALSE(check_origin(*sites.identify("draw.example.org:5000", lan, false),
                            "http://draw.example.org.:5000"));
  EXPECT_EQ(sites.identify("ink.example.org.", lan, false)->origin(), "https://ink.example.org.");
  for (const std::string host : {"localhost.:5000", "pi.", "pi.local."})
    EXPECT_TRUE(sites.identify(host, lan, false)) << host;
  for (const std::string host :
       {"draw.example.org..", "..", ".", ".draw.example.org", "draw..example.org", "127.0.0.1.",
        "192.168.1.20.", "[::1].", "[::1.]"})
    EXPECT_FALSE(sites.identify(host, lan, false)) << host;
}

// A browser cannot write a zone, and no client sends one (RFC 6874 §4).
TEST(Site, ALinkLocalAddressOfTheMachineIsKnownWithoutItsZone) {
  const Sites sites({}, "pi");
  const auto v6 = ip::make_address("fe80::1ff:fe23:4567:890a%1");
  ASSERT_NE(v6.to_v6().scope_id(), 0u);
  EXPECT_EQ(sites.identify("[fe80::1ff:fe23:4567:890a]:5000", v6, false)->origin(),
            "http://[fe80::1ff:fe23:4567:890a]:5000");
  for (const std::string host : {"[fe80::1ff:fe23:4567:890a%1]", "[fe80::1ff:fe23:4567:890a%251]",
                                 "[fe80::1ff:fe23:4567:890b]", "[fe80::1]"})
    EXPECT_FALSE(sites.identify(host, v6, false)) << host;
  for (const std::string local : {"169.254.7.9", "::ffff:169.254.7.9"})
    EXPECT_TRUE(sites.identify("169.254.7.9:5000", ip::make_address(local), false)) << local;
}

TEST(Site, AnAddressIsKnownOnADualStackSocketToo) {
  EXPECT_TRUE(
      Sites({}).identify("192.168.1.20:5000", ip::make_address("::ffff:192.168.1.20"), false));
  EXPECT_FALSE(
      Sites({}).identify("192.168.1.21:5000", ip::make_address("::ffff:192.168.1.20"), false));
}

TEST(Site, ConfigurationAppliesToTheMachinesOwnNameToo) {
  const Sites sites({"https://" + ip::host_name()});
  EXPECT_TRUE(sites.identify(ip::host_name(), lan, false)->secure);
}

TEST(Site, OtherHostsAreRefused) {
  const Sites sites({"draw.example.org"});
  for (const std::string host :
       {"", "evil.example", "192.168.1.21:5000", "draw.example.org.evil.example",
        "xdraw.example.org", "draw.example.org@evil.example", "draw.example.org/",
        "localhost.evil.example", "127.0.0.1.evil.example", "draw.example.org evil", ":5000"}) {
    const auto site = sites.identify(host, lan, false);
    ASSERT_FALSE(site) << host;
    EXPECT_EQ(site.error().code, errc::origin_refused);
  }
}

TEST(Site, AConfiguredNameIsKnownAndMayBeBehindTls) {
  const Sites sites({"draw.example.org", "https://ink.example.org"});
  EXPECT_EQ(sites.identify("Draw.Example.org:5000", lan, false)->origin(),
            "http://draw.example.org:5000");  // as a browser writes it
  EXPECT_EQ(sites.identify("draw.example.org", lan, false)->cookie(), "colo_token_80");
  EXPECT_EQ(sites.identify("ink.example.org", lan, false)->origin(), "https://ink.example.org");
  EXPECT_EQ(sites.identify("ink.example.org", lan, false)->cookie(), "__Host-colo_token_443");
}

TEST(Site, TheCookieIsNamedByThePortThatTheBrowserUses) {
  const Sites sites({"draw.example.org", "https://ink.example.org"});
  const auto name = [&](const char* host, bool secure) {
    return sites.identify(host, lan, secure)->cookie();
  };
  EXPECT_EQ(name("192.168.1.20:5000", false), "colo_token_5000");
  EXPECT_EQ(name("192.168.1.20", false), "colo_token_80");
  EXPECT_EQ(name("draw.example.org:80", false), "colo_token_80");
  EXPECT_EQ(name("draw.example.org:443", false), "colo_token_443");
  EXPECT_EQ(name("[::1]", false), "colo_token_80");
  EXPECT_EQ(name("[::1]:5000", false), "colo_token_5000");
  EXPECT_EQ(name("[::1]", true), "__Host-colo_token_443");
  EXPECT_EQ(name("ink.example.org:443", false), "__Host-colo_token_443");
  EXPECT_EQ(name("ink.example.org:8443", false), "__Host-colo_token_8443");
}

TEST(Site, ThroughTlsEveryNameIsSecure) {
  const Sites sites({"draw.example.org"});
  for (const std::string host : {"draw.example.org", "192.168.1.20:5000", "localhost", "[::1]"}) {
    const auto site = sites.identify(host, lan, true);
    ASSERT_TRUE(site) << host;
    EXPECT_EQ(site->origin(), "https://" + host);
    EXPECT_TRUE(site->cookie().starts_with("__Host-colo_token_")) << site->cookie();
  }
}

TEST(Site, TheDefaultPortIsOmittedAsBrowsersDo) {
  const Sites sites({"draw.example.org"});
  EXPECT_EQ(sites.identify("draw.example.org:80", lan, false)->origin(), "http://draw.example.org");
  EXPECT_EQ(sites.identify("draw.example.org:443", lan, true)->origin(),
            "https://draw.example.org");
  EXPECT_EQ(sites.identify("draw.example.org:443", lan, false)->origin(),
            "http://draw.example.org:443");
  EXPECT_EQ(sites.identify("[::1]:80", lan, false)->origin(), "http://[::1]");
}

// Each of these resolves to this server or looks like it, but no browser that was given one of our
// names sends it.
TEST(Site, LookAlikesOfItsNamesAreRefused) {
  const Sites sites({"draw.example.org", "cafe"});
  for (const std::string host :
       {// a browser writes an address without it
        "127.0.0.1.",
        // names around ours
        "localhost.evil.example", "evil.localhost", "draw.example.org.evil.example",
        "draw.example.orgx", "draw-example.org", "draw.example.org,evil.example",
        // the address in numbers that inet_aton(3) takes
        "0x7f000001", "0x7f.0.0.1", "2130706433", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.01",
        "0.0.0.0", "0", "192.168.276", "3232235796",
        // IPv6 with a zone, spelled out, mapped, half in brackets, without any
        "[::1%25lo]", "[::1%lo]", "[fe80::1%25eth0]", "[0:0:0:0:0:0:0:1]", "[::0001]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:192.168.1.20]", "[::]", "::1", "[::1",
        "::1]", "[[::1]]", "[127.0.0.1]", "[cafe]", "[]", "[::1]x", "[::1].evil.example",
        // users, paths and ports
        "user@localhost", "localhost:5000@evil.example", "evil.example#@localhost", "localhost/",
        "localhost?", "localhost\\evil.example", "localhost:", "localhost:0", "localhost:05000",
        "localhost:65536", "localhost:99999999999999999999", "localhost:5000:5000", "localhost:+80",
        "localhost:80 ", " localhost", "localhost:http",
        // letters that look like ours: Cyrillic, full width, long s, dotless; and punycode
        "dr\xD0\xB0w.example.org", "\xEF\xBD\x8C\x6F\x63\x61lhost", "localho\xC5\xBFt",
        "xn--drw-5cd.example.org",
        "draw\xE3\x80\x82"
        "example.org",
        "loc%61lhost", "local\thost", "localhost\r", "localhost\n"}) {
    const auto site = sites.identify(host, lan, false);
    EXPECT_FALSE(site) << host;
  }
  EXPECT_FALSE(sites.identify(std::string("localhost\0", 10), lan, false));
  EXPECT_FALSE(sites.identify(std::string(100'000, 'a'), lan, false));
}

TEST(Site, AMachinesAddressOfIpv6IsKnownAsBrowsersWriteIt) {
  const auto local = ip::make_address("2001:db8::20");
  EXPECT_TRUE(Sites({}).identify("[2001:db8::20]:5000", local, false));
  EXPECT_FALSE(Sites({}).identify("[2001:db8:0::20]:5000", local, false));
  EXPECT_FALSE(Sites({}).identify("[2001:db8::21]:5000", local, false));
}

TEST(Site, PlainRequestsAreRedirectedToTheSameNameUnderTls) {
  const Sites sites({"draw.example.org"});
  const auto sent = [&sites](const std::string& host, std::uint16_t port, std::uint16_t https) {
    return https_origin(*sites.identify(host, lan, false), port, https);
  };
  EXPECT_EQ(sent("draw.example.org", 80, 443), "https://draw.example.org");
  EXPECT_EQ(sent("draw.example.org:8080", 8080, 5000), "https://draw.example.org:5000");
  EXPECT_EQ(sent("[::1]:8080", 8080, 5000), "https://[::1]:5000");
  EXPECT_EQ(sent("draw.example.org", 80, 5000), "https://draw.example.org:5000");
  // A router forwards 80 to 8080, and so 443 to 5000.
  EXPECT_EQ(sent("draw.example.org", 8080, 5000), "https://draw.example.org");
}

TEST(Site, TheOriginIsExactlyItsOwn) {
  const Sites sites({});
  const auto site = *sites.identify("192.168.1.20:5000", lan, false);
  EXPECT_TRUE(check_origin(site, "http://192.168.1.20:5000"));
  for (const std::string origin :
       {"", "null", "https://192.168.1.20:5000", "http://192.168.1.20", "http://192.168.1.20:5001",
        "http://192.168.1.20:5000/", "http://192.168.1.20:5000.evil.example", "http://evil.example",
        "HTTP://192.168.1.20:5000", "ws://192.168.1.20:5000", "http://user@192.168.1.20:5000",
        "http:192.168.1.20:5000", "http://192.168.1.20:5000 http://evil.example",
        "http://192.168.1.20:5000, http://evil.example", "file://", "http://192.168.1.20.:5000",
        "192.168.1.20:5000"})
    EXPECT_FALSE(check_origin(site, origin)) << origin;
}

TEST(Network, IsAnAddressOrItsSlash64) {
  EXPECT_EQ(network_of(ip::make_address("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(network_of(ip::make_address("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(network_of(ip::make_address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::");
}

TEST(Cookies, AreFoundByTheirWholeName) {
  using Values = std::vector<std::string>;
  EXPECT_EQ(find_cookies("a=1; colo_token_80=x.y.z; b=2", "colo_token_80"), Values{"x.y.z"});
  EXPECT_EQ(find_cookies("colo_token_80=x", "colo_token_80"), Values{"x"});
  EXPECT_EQ(find_cookies("xcolo_token_80=x; colo_token_8=y", "colo_token_80"), Values{});
  EXPECT_EQ(find_cookies("", "colo_token_80"), Values{});
  EXPECT_EQ(find_cookies("colo_token_80", "colo_token_80"), Values{});
}

TEST(Cookies, OfOneNameAreAllFoundInTheirOrder) {
  EXPECT_EQ(find_cookies("t=1; u=9; t=; t=3", "t"), (std::vector<std::string>{"1", "", "3"}));
}

}  // namespace
}  // namespace colo
