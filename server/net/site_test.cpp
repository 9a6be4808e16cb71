#include "net/site.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/host_name.hpp>

namespace colo {
namespace {

namespace ip = boost::asio::ip;

const auto lan = ip::make_address("192.168.1.20");

TEST(Site, TheMachinesOwnAddressesAndNamesAreKnown) {
  const Sites sites({});
  for (const std::string host :
       {"192.168.1.20:5000", "192.168.1.20", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"})
    EXPECT_TRUE(sites.identify(host, lan)) << host;
  EXPECT_TRUE(sites.identify(ip::host_name() + ":5000", lan));
  EXPECT_TRUE(sites.identify(ip::host_name() + ".local:5000", lan));
}

TEST(Site, AnAddressIsKnownAlsoToASocketForBothVersionsOfIp) {
  EXPECT_TRUE(Sites({}).identify("192.168.1.20:5000", ip::make_address("::ffff:192.168.1.20")));
  EXPECT_FALSE(Sites({}).identify("192.168.1.21:5000", ip::make_address("::ffff:192.168.1.20")));
}

TEST(Site, WhatIsConfiguredCountsAlsoForTheMachinesOwnName) {
  const Sites sites({"https://" + ip::host_name()});
  EXPECT_TRUE(sites.identify(ip::host_name(), lan)->secure);
}

TEST(Site, OtherHostsAreRefused) {
  const Sites sites({"draw.example.org"});
  for (const std::string host :
       {"", "evil.example", "192.168.1.21:5000", "draw.example.org.evil.example",
        "xdraw.example.org", "draw.example.org@evil.example", "draw.example.org/",
        "localhost.evil.example", "127.0.0.1.evil.example", "draw.example.org evil", ":5000"}) {
    const auto site = sites.identify(host, lan);
    ASSERT_FALSE(site) << host;
    EXPECT_EQ(site.error().code, errc::origin_refused);
  }
}

TEST(Site, AConfiguredNameIsKnownAndMayBeBehindTls) {
  const Sites sites({"draw.example.org", "https://ink.example.org"});
  EXPECT_EQ(sites.identify("Draw.Example.org:5000", lan)->origin(), "http://Draw.Example.org:5000");
  EXPECT_EQ(sites.identify("draw.example.org", lan)->cookie(), "colo_token");
  EXPECT_EQ(sites.identify("ink.example.org", lan)->origin(), "https://ink.example.org");
  EXPECT_EQ(sites.identify("ink.example.org", lan)->cookie(), "__Host-colo_token");
}

TEST(Site, TheOriginIsExactlyItsOwn) {
  const Sites sites({});
  const auto site = *sites.identify("192.168.1.20:5000", lan);
  EXPECT_TRUE(check_origin(site, "http://192.168.1.20:5000"));
  for (const std::string origin : {"", "null", "https://192.168.1.20:5000", "http://192.168.1.20",
                                   "http://192.168.1.20:5001", "http://192.168.1.20:5000/",
                                   "http://192.168.1.20:5000.evil.example", "http://evil.example"})
    EXPECT_FALSE(check_origin(site, origin)) << origin;
}

TEST(Network, IsAnAddressOrItsSlash64) {
  EXPECT_EQ(network_of(ip::make_address("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(network_of(ip::make_address("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(network_of(ip::make_address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::");
}

TEST(Cookie, IsFoundByItsWholeName) {
  EXPECT_EQ(find_cookie("a=1; colo_token=x.y.z; b=2", "colo_token"), "x.y.z");
  EXPECT_EQ(find_cookie("colo_token=x", "colo_token"), "x");
  EXPECT_FALSE(find_cookie("xcolo_token=x; __Host-colo_token=y", "colo_token"));
  EXPECT_FALSE(find_cookie("", "colo_token"));
  EXPECT_FALSE(find_cookie("colo_token", "colo_token"));
}

}  // namespace
}  // namespace colo
