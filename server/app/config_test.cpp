#include "app/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "app/duration.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

class ConfigTest : public testing::Test {
 protected:
  Config load(const std::string& content) {
    std::ofstream(file) << content;
    return load_config(file);
  }
  /// The error for `content`, without the folder of the file.
  std::string refusal_of(const std::string& content) {
    try {
      load(content);
    } catch (const ConfigError& e) {
      const std::string sentence = e.what();
      EXPECT_EQ(sentence.find(file.string()), 0u) << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
      return sentence.substr(folder.path().string().size() + 1);
    }
    return "it was taken";
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "colo.toml";
};

TEST_F(ConfigTest, WithoutAFileThereIsAPersistentAndATemporaryRoom) {
  const Config config = default_config();
  ASSERT_EQ(config.rooms.size(), 2u);
  EXPECT_EQ(config.rooms[0].id.value, "main-chat");
  EXPECT_EQ(config.rooms[0].name, "Main Chat");
  EXPECT_TRUE(config.rooms[0].persistent);
  EXPECT_EQ(config.rooms[1].id.value, "scratch");
  EXPECT_EQ(config.rooms[1].name, "Scratch");
  EXPECT_FALSE(config.rooms[1].persistent);
  EXPECT_EQ(config.server.port, 5000);
  EXPECT_EQ(config.session.idle_timeout, 30min);
}

TEST_F(ConfigTest, AnEmptyFileChangesNothing) {
  const Config config = load("# nothing yet\n");
  EXPECT_EQ(config.rooms.size(), 2u);
  EXPECT_EQ(config.server.host, "0.0.0.0");
}

TEST_F(ConfigTest, EveryKeyIsRead) {
  const Config config = load(R"(
[server]
host = "::1"
port = 0
shards = 3
hosts = ["https://Draw.Example.org", "colo.test."]
tls_cert = "tls/fullchain.pem"
tls_key = "/etc/colo/privkey.pem"
http_port = 8080
trusted_proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]
io_uring = false
log = "debug"

[session]
idle_timeout = "500ms"
lifetime = "12h"

[accounts]
registration = "invite"

[limits]
drawings_per_minute = 1
frames_per_second = 2
registrations_per_hour = 3
sign_ins_per_minute = 4
connections_per_address = 6
cpu_percent_per_person = 7

[[room]]
id = "den"
name = "The Den 🦊"
persistent = true
description = "For foxes"
capacity = 8
keep = "30d"

[[room]]
id = "wall"
keep = 500

[[room]]
id = "quick-1"
persistent = false
)");
  EXPECT_EQ(config.server.host, "::1");
  EXPECT_EQ(config.server.port, 0);
  EXPECT_EQ(config.server.shards, 3u);
  EXPECT_EQ(config.server.hosts,
            (std::vector<std::string>{"https://draw.example.org", "colo.test"}));
  EXPECT_EQ(config.server.log, "debug");
  EXPECT_EQ(config.session.idle_timeout, 500ms);
  EXPECT_EQ(config.session.lifetime, 12h);
  EXPECT_EQ(config.accounts.registration, Registration::by_invite);
  EXPECT_EQ(config.limits.drawings.count, 1);
  EXPECT_EQ(config.limits.drawings.per, 1min);
  EXPECT_EQ(config.limits.frames.count, 2);
  EXPECT_EQ(config.limits.frames.per, 1s);
  EXPECT_EQ(config.limits.registrations.count, 3);
  EXPECT_EQ(config.limits.registrations.per, 1h);
  EXPECT_EQ(config.limits.cpu_percent, 7u);
  EXPECT_EQ(config.server.tls_cert, folder.path() / "tls/fullchain.pem");
  EXPECT_EQ(config.server.tls_key, "/etc/colo/privkey.pem");
  EXPECT_EQ(config.server.http_port, 8080);
  EXPECT_FALSE(config.server.io_uring);
  EXPECT_EQ(config.server.trusted_proxies,
            (std::vector<std::string>{"127.0.0.1", "10.0.0.0/8", "fd00::/8"}));
  EXPECT_EQ(config.limits.connections, 6u);
  EXPECT_EQ(config.limits.sign_ins.count, 4);
  EXPECT_EQ(config.limits.sign_ins.per, 1min);
  ASSERT_EQ(config.rooms.size(), 3u);
  EXPECT_EQ(config.rooms[0].id.value, "den");
  EXPECT_EQ(config.rooms[0].name, "The Den 🦊");
  EXPECT_EQ(config.rooms[0].description, "For foxes");
  EXPECT_EQ(config.rooms[0].capacity, 8u);
  EXPECT_EQ(config.rooms[0].keep.age, 30 * 24h);
  EXPECT_FALSE(config.rooms[0].keep.messages);
  EXPECT_EQ(config.rooms[1].name, "wall");
  EXPECT_EQ(config.rooms[1].keep.messages, 500u);
  EXPECT_TRUE(config.rooms[1].persistent);
  EXPECT_EQ(config.rooms[1].capacity, 64u);
  EXPECT_FALSE(config.rooms[2].persistent);
}

TEST_F(ConfigTest, UnknownKeysAreRefusedWithTheNearestKnownOne) {
  EXPECT_EQ(refusal_of("[[room]]\nid = \"den\"\ncapcity = 3\n"),
            "colo.toml:3: unknown key \"capcity\" in [[room]]; did you mean \"capacity\"?");
  EXPECT_EQ(refusal_of("\n[server]\nPort = 5000\n"),
            "colo.toml:3: unknown key \"Port\" in [server]; did you mean \"port\"?");
  EXPECT_EQ(refusal_of("[session]\nidle_time = \"3s\"\n"),
            "colo.toml:2: unknown key \"idle_time\" in [session]; did you mean \"idle_timeout\"?");
  EXPECT_EQ(refusal_of("\n\n[severs]\nport = 1\n"),
            "colo.toml:3: unknown key \"severs\" in the file; did you mean \"server\"?");
}

TEST_F(ConfigTest, WithoutASimilarKeyAllKeysAreListed) {
  EXPECT_EQ(refusal_of("[session]\nshoe_size = 43\n"),
            "colo.toml:2: unknown key \"shoe_size\" in [session]; the keys here are idle_timeout "
            "and lifetime");
  EXPECT_EQ(refusal_of("port = 5000\n"),
            "colo.toml:1: unknown key \"port\" in the file; the keys here are server, session, "
            "accounts, limits and room");
}

TEST_F(ConfigTest, WrongPortsAreRefused) {
  const std::string right = "; it must be a whole number from 0 to 65535";
  EXPECT_EQ(refusal_of("[server]\n\nport = \"abc\""), "colo.toml:3: port is \"abc\"" + right);
  EXPECT_EQ(refusal_of("[server]\nport = 65536"), "colo.toml:2: port is 65536" + right);
  EXPECT_EQ(refusal_of("[server]\nport = -1"), "colo.toml:2: port is -1" + right);
  EXPECT_EQ(refusal_of("[server]\nport = 50.5"), "colo.toml:2: port is 50.5" + right);
  EXPECT_EQ(refusal_of("[server]\nport = true"), "colo.toml:2: port is true" + right);
  EXPECT_EQ(refusal_of("[server]\nport = [1]"), "colo.toml:2: port is a list" + right);
  EXPECT_EQ(refusal_of("[server]\nport = {a = 1}"), "colo.toml:2: port is a table" + right);
}

TEST_F(ConfigTest, TlsNeedsBothFilesAndThePlainPortTls) {
  EXPECT_EQ(refusal_of("[server]\ntls_cert = \"a.pem\""),
            "colo.toml:2: tls_cert is given without tls_key; TLS needs both, such as tls_cert = "
            "\"fullchain.pem\" and tls_key = \"privkey.pem\"");
  EXPECT_EQ(refusal_of("[server]\n\ntls_key = \"a.pem\"").substr(0, 48),
            "colo.toml:3: tls_key is given without tls_cert; ");
  EXPECT_EQ(refusal_of("[server]\ntls_cert = 5").substr(0, 43),
            "colo.toml:2: tls_cert is 5; it must be the ");
  EXPECT_EQ(refusal_of("[server]\nhttp_port = 80").substr(0, 58),
            "colo.toml:2: http_port sends browsers on to TLS, which nee");
  const std::string tls = "[server]\ntls_cert = \"a.pem\"\ntls_key = \"b.pem\"\n";
  EXPECT_EQ(refusal_of(tls + "port = 443\nhttp_port = 443"),
            "colo.toml:5: http_port is 443; it must be another port than that of TLS, such as 80");
  EXPECT_EQ(refusal_of(tls + "http_port = 65536").substr(0, 45),
            "colo.toml:4: http_port is 65536; it must be a");
}

TEST_F(ConfigTest, TrustedProxiesAreAddressesAndNetworks) {
  EXPECT_EQ(refusal_of("[server]\ntrusted_proxies = \"127.0.0.1\"").substr(0, 67),
            "colo.toml:2: trusted_proxies is \"127.0.0.1\"; it must be a list of a");
  EXPECT_EQ(refusal_of("[server]\ntrusted_proxies = [\n  \"::1\",\n  \"localhost\"]"),
            "colo.toml:4: a proxy in trusted_proxies is \"localhost\"; it must be one of a list of "
            "addresses and networks, such as [\"127.0.0.1\", \"10.0.0.0/8\", \"::1\"]");
}

TEST_F(ConfigTest, OtherServerSettingsAreChecked) {
  EXPECT_EQ(refusal_of("[server]\nhost = \"example.org\""),
            "colo.toml:2: host is \"example.org\"; it must be an IP address of this machine, or "
            "\"0.0.0.0\" for all of them");
  EXPECT_EQ(refusal_of("[server]\nlog = \"loud\""),
            "colo.toml:2: log is \"loud\"; it must be one of debug, info, warn, error and off");
  EXPECT_EQ(refusal_of("[server]\nshards = 257"),
            "colo.toml:2: shards is 257; it must be a whole number from 0 to 256");
  for (const std::string nameless :
       {"", ".", "..", "a..org", ".org", "a.org..", "https://", "https://."})
    EXPECT_NE(refusal_of("[server]\nhosts = [\"" + nameless + "\"]"), "it was taken") << nameless;
  EXPECT_EQ(refusal_of("[server]\nhosts = \"draw.example.org\""),
            "colo.toml:2: hosts is \"draw.example.org\"; it must be a list of host names, such as "
            "[\"draw.example.org\"], or [\"https://draw.example.org\"] behind a TLS proxy");
  EXPECT_EQ(refusal_of("[server]\nhosts = [\n  \"a.org\",\n  \"http://b.org\",\n]").substr(0, 53),
            "colo.toml:4: a name in hosts is \"http://b.org\"; it mu");
  EXPECT_EQ(refusal_of("server = 3"),
            "colo.toml:1: server is 3; it must be a table, begun with a line [server]");
}

TEST_F(ConfigTest, RegistrationIsOneOfThree) {
  const auto registration = [this](const std::string& value) {
    return load("[accounts]\nregistration = \"" + value + "\"").accounts.registration;
  };
  EXPECT_EQ(default_config().accounts.registration, Registration::open);
  EXPECT_EQ(registration("open"), Registration::open);
  EXPECT_EQ(registration("invite"), Registration::by_invite);
  EXPECT_EQ(registration("closed"), Registration::closed);
  const std::string right =
      "; it must be \"open\" for everybody, \"invite\" for people with an invite, or \"closed\"";
  EXPECT_EQ(refusal_of("[accounts]\nregistration = \"invites\""),
            "colo.toml:2: registration is \"invites\"" + right);
  EXPECT_EQ(refusal_of("[accounts]\nregistration = false"),
            "colo.toml:2: registration is false" + right);
}

TEST_F(ConfigTest, BadDurationsAreRefused) {
  for (const char* bad : {"\"30\"", "\"m\"", "\"30 m\"", "\"-5m\"", "\"1.5h\"", "\"30M\"", "30",
                          "\"0s\"", "\"\"", "\"1h30m\"", "\"99999d\"", "\"99999999999999999d\""}) {
    EXPECT_EQ(refusal_of("[session]\nidle_timeout = " + std::string(bad)),
              "colo.toml:2: idle_timeout is " + std::string(bad) +
                  "; it must be a duration from \"500ms\" to \"3650d\", such as \"30s\", \"30m\", "
                  "\"12h\" or \"30d\"");
  }
}

TEST_F(ConfigTest, LimitsMustBePositive) {
  EXPECT_EQ(refusal_of("[limits]\ndrawings_per_minute = 0"),
            "colo.toml:2: drawings_per_minute is 0; it must be a whole number from 1 to 1000000");
}

TEST_F(ConfigTest, RoomIdsAreCheckedAndUnique) {
  const std::string right = "; it must be 1 to 32 of the characters a-z, 0-9 and -";
  for (const std::string& bad : {std::string(), std::string("Den"), std::string("the den"),
                                 std::string("dén"), std::string(33, 'a')}) {
    EXPECT_EQ(refusal_of("[[room]]\nid = \"" + bad + "\""),
              "colo.toml:2: id is \"" + bad + "\"" + right);
  }
  EXPECT_EQ(refusal_of("[[room]]\nid = 7"), "colo.toml:2: id is 7" + right);
  EXPECT_EQ(refusal_of("\n[[room]]\nname = \"Den\""),
            "colo.toml:2: a [[room]] has no id; give it one, such as id = \"main-chat\"");
  EXPECT_EQ(refusal_of("[[room]]\nid = \"den\"\n[[room]]\nid = \"attic\"\n[[room]]\nid = \"den\""),
            "colo.toml:6: the room id \"den\" was used on line 2 already; each room needs an id of "
            "its own");
}

TEST_F(ConfigTest, RoomAttributesAreChecked) {
  const std::string room = "[[room]]\nid = \"den\"\n";
  EXPECT_EQ(refusal_of(room + "name = \"\""),
            "colo.toml:3: name is \"\"; it must be one line of text of 1 to 48 characters");
  EXPECT_EQ(refusal_of(room + "name = '" + std::string(49, 'x') + "'").substr(0, 20),
            "colo.toml:3: name is");
  EXPECT_EQ(refusal_of(room + "description = '" + std::string(201, 'x') + "'").substr(0, 27),
            "colo.toml:3: description is");
  EXPECT_EQ(refusal_of(room + "persistent = \"yes\""),
            "colo.toml:3: persistent is \"yes\"; it must be true or false");
  EXPECT_EQ(refusal_of(room + "capacity = 0"),
            "colo.toml:3: capacity is 0; it must be a whole number from 1 to 10000");
  EXPECT_EQ(refusal_of(room + "capacity = 10001"),
            "colo.toml:3: capacity is 10001; it must be a whole number from 1 to 10000");
  for (const char* bad : {"0", "-1", "\"30\"", "\"500ms\"", "1.5", "true"}) {
    EXPECT_EQ(refusal_of(room + "keep = " + bad),
              "colo.toml:3: keep is " + std::string(bad) +
                  "; it must be a duration such as \"30d\", or a whole number of messages from 1");
  }
}

TEST_F(ConfigTest, ALineBreakInANameIsRefusedInOneSentence) {
  EXPECT_EQ(
      refusal_of("[[room]]\nid = \"den\"\nname = \"a\\nb\""),
      "colo.toml:3: name is \"a\\u000Ab\"; it must be one line of text of 1 to 48 characters");
}

TEST_F(ConfigTest, ATemporaryRoomKeepsNothing) {
  EXPECT_EQ(refusal_of("[[room]]\nid = \"den\"\npersistent = false\nkeep = \"30d\"").substr(0, 53),
            "colo.toml:4: keep is only for persistent rooms; a tem");
}

TEST_F(ConfigTest, OnePairOfBracketsIsNotARoom) {
  const std::string right = "each room begins with a line [[room]], in two pairs of brackets";
  EXPECT_EQ(refusal_of("[room]\nid = \"den\""), "colo.toml:1: " + right);
  EXPECT_EQ(refusal_of("\nroom = []"), "colo.toml:2: " + right);
  EXPECT_EQ(refusal_of("room = [1]"), "colo.toml:1: " + right);
}

TEST_F(ConfigTest, BrokenTomlIsRefusedWithItsLine) {
  for (const char* broken :
       {"[server]\nport 5000\n", "[server]\nport = \n", "\n[server\n",
        "[server]\nport = 1\n[server]\n", "a = 1\na = 2\n", "[server]\nhost = \"\xFF\xFE\"\n"}) {
    const std::string refusal = refusal_of(broken);
    EXPECT_NE(refusal.find(": this is not valid TOML: "), std::string::npos) << refusal;
    EXPECT_TRUE(refusal.starts_with("colo.toml:2: ") || refusal.starts_with("colo.toml:3: "))
        << refusal;
  }
}

TEST_F(ConfigTest, AMissingFileOrAFolderIsRefused) {
  const auto sentence_of = [](const std::filesystem::path& path) {
    try {
      load_config(path);
    } catch (const ConfigError& e) {
      return std::string(e.what());
    }
    return std::string("it was taken");
  };
  EXPECT_EQ(sentence_of(file),
            "cannot read the configuration " + file.string() + ": No such file or directory");
  EXPECT_EQ(sentence_of(folder.path()),
            "cannot read the configuration " + folder.path().string() + ": Is a directory");
}

TEST(Duration, EveryUnitIsRead) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("30m"), 30min);
  EXPECT_EQ(parse_duration("12h"), 12h);
  EXPECT_EQ(parse_duration("30d"), 30 * 24h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, AnythingElseIsRefused) {
  for (const char* text : {"", "30", "m", " 30m", "30m ", "30 m", "-3s", "+3s", "1.5h", "30M",
                           "30min", "1h30m", "9999999999s", "0x10s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace colo
