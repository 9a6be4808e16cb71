#include "app/config.hpp"

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <utility>

#include "app/config_table.hpp"
#include "app/duration.hpp"
#include "net/proxies.hpp"

namespace colo {
namespace {

constexpr WholeNumbers any_rate{1, 1'000'000};
constexpr std::size_t id_characters_max = 32;
constexpr std::size_t host_characters_max = 253;  // RFC 1035 §2.3.4, without the last dot
constexpr std::size_t room_name_characters_max = 48;
constexpr std::size_t description_characters_max = 200;

bool is_room_id(std::string_view text) {
  return !text.empty() && text.size() <= id_characters_max &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
}

bool is_address(std::string_view text) {
  boost::system::error_code broken;
  boost::asio::ip::make_address(text, broken);
  return !broken;
}

bool is_log_level(std::string_view text) {
  return text == "debug" || text == "info" || text == "warn" || text == "error" || text == "off";
}

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// A prefix "https://" means that a TLS proxy serves the name.
bool is_host_name(std::string_view text) {
  constexpr std::string_view https = "https://";
  if (text.starts_with(https)) text.remove_prefix(https.size());
  return !text.empty() && text.size() <= host_characters_max && text.front() != '.' &&
         text.back() != '.' && text.find("..") == text.npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == text.npos;
}

std::vector<std::string> read_hosts(const ConfigTable& table) {
  const std::string what =
      "a list of host names, such as [\"draw.example.org\"], or [\"https://draw.example.org\"] "
      "behind a TLS proxy";
  const toml::node* value = table.find("hosts");
  if (value == nullptr) return {};
  if (!value->is_array()) table.refuse_value("hosts", *value, what);
  std::vector<std::string> hosts;
  for (const toml::node& entry : *value->as_array()) {
    const auto* text = entry.as_string();
    std::string host = text != nullptr ? lower_case(text->get()) : std::string();
    if (host.ends_with('.'))
      host.pop_back();  // the dot of the DNS root: the same name (RFC 1034 §3.1)
    if (!is_host_name(host)) table.refuse_value("a name in hosts", entry, "one of " + what);
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::vector<std::string> read_trusted_proxies(const ConfigTable& table) {
  const std::string what =
      "a list of addresses and networks, such as [\"127.0.0.1\", \"10.0.0.0/8\", \"::1\"]";
  const toml::node* value = table.find("trusted_proxies");
  if (value == nullptr) return {};
  if (!value->is_array()) table.refuse_value("trusted_proxies", *value, what);
  std::vector<std::string> networks;
  for (const toml::node& entry : *value->as_array()) {
    const auto* text = entry.as_string();
    if (text == nullptr || !is_network(text->get()))
      table.refuse_value("a proxy in trusted_proxies", entry, "one of " + what);
    networks.push_back(text->get());
  }
  return networks;
}

// Relative to the folder of colo.toml.
std::filesystem::path read_file_name(const ConfigTable& table, std::string_view key) {
  const std::string name = table.text(
      key, "", [](std::string_view text) { return !text.empty(); },
      "the name of a PEM file, from the folder of this one");
  return name.empty() ? std::filesystem::path()
                      : std::filesystem::path(table.file()).parent_path() / name;
}

void read_tls(const ConfigTable& table, Config::Server& server) {
  server.tls_cert = read_file_name(table, "tls_cert");
  server.tls_key = read_file_name(table, "tls_key");
  if (server.tls_cert.empty() != server.tls_key.empty()) {
    const std::string_view there = server.tls_key.empty() ? "tls_cert" : "tls_key";
    table.refuse(table.find(there)->source(),
                 std::string(there) + " is given without " +
                     (server.tls_key.empty() ? "tls_key" : "tls_cert") +
                     "; TLS needs both, such as tls_cert = \"fullchain.pem\" and tls_key = "
                     "\"privkey.pem\"");
  }
  const toml::node* http_port = table.find("http_port");
  if (http_port == nullptr) return;
  if (server.tls_cert.empty())
    table.refuse(http_port->source(),
                 "http_port sends browsers on to TLS, which needs tls_cert and tls_key; without "
                 "them, port is the one for plain http");
  server.http_port = static_cast<std::uint16_t>(table.whole_number("http_port", 0, {0, 65535}));
  if (server.http_port != 0 && server.http_port == server.port)
    table.refuse_value("http_port", *http_port, "another port than that of TLS, such as 80");
}

void read_server(const ConfigTable& file, Config::Server& server) {
  const ConfigTable table =
      file.table("server", {"host", "port", "shards", "hosts", "log", "tls_cert", "tls_key",
                            "http_port", "trusted_proxies", "io_uring"});
  server.host = table.text("host", server.host, is_address,
                           "an IP address of this machine, or \"0.0.0.0\" for all of them");
  server.port = static_cast<std::uint16_t>(table.whole_number("port", server.port, {0, 65535}));
  server.shards = static_cast<std::uint32_t>(table.whole_number("shards", server.shards, {0, 256}));
  server.hosts = read_hosts(table);
  read_tls(table, server);
  server.trusted_proxies = read_trusted_proxies(table);
  server.io_uring = table.yes_or_no("io_uring", server.io_uring);
  server.log =
      table.text("log", server.log, is_log_level, "one of debug, info, warn, error and off");
}

void read_session(const ConfigTable& file, Config::Session& session) {
  const ConfigTable table = file.table("session", {"idle_timeout", "lifetime"});
  session.idle_timeout = table.duration("idle_timeout", session.idle_timeout, {"500ms", "3650d"});
  session.lifetime = table.duration("lifetime", session.lifetime, {"1s", "3650d"});
}

bool is_registration(std::string_view text) {
  return text == "open" || text == "invite" || text == "closed";
}

void read_accounts(const ConfigTable& file, Config::Accounts& accounts) {
  const ConfigTable table = file.table("accounts", {"registration"});
  const auto registration =
      table.text("registration", "open", is_registration,
                 "\"open\" for everybody, \"invite\" for people with an invite, or \"closed\"");
  accounts.registration = registration == "open"     ? Registration::open
                          : registration == "invite" ? Registration::by_invite
                                                     : Registration::closed;
}

void read_limits(const ConfigTable& file, Config::Limits& limits) {
  const ConfigTable table = file.table(
      "limits", {"drawings_per_minute", "frames_per_second", "registrations_per_hour",
                 "sign_ins_per_minute", "connections_per_address", "cpu_percent_per_person"});
  const auto read_rate = [&table](std::string_view key, Rate& rate) {
    rate.count = static_cast<double>(
        table.whole_number(key, static_cast<std::int64_t>(rate.count), any_rate));
  };
  read_rate("drawings_per_minute", limits.drawings);
  read_rate("frames_per_second", limits.frames);
  read_rate("registrations_per_hour", limits.registrations);
  read_rate("sign_ins_per_minute", limits.sign_ins);
  limits.connections = static_cast<std::uint32_t>(
      table.whole_number("connections_per_address", limits.connections, {1, 1'000'000}));
  limits.cpu_percent = static_cast<std::uint32_t>(
      table.whole_number("cpu_percent_per_person", limits.cpu_percent, {1, 1'000'000}));
}

Keep read_keep(const ConfigTable& table, bool persistent) {
  const toml::node* value = table.find("keep");
  if (value == nullptr) return {};
  if (!persistent) {
    table.refuse(value->source(),
                 "keep is only for persistent rooms; a temporary one keeps what was drawn while "
                 "somebody is in it");
  }
  Keep keep;
  if (const auto* number = value->as_integer(); number != nullptr && number->get() >= 1) {
    keep.messages = static_cast<std::uint64_t>(number->get());
    return keep;
  }
  const auto* text = value->as_string();
  const auto age = text != nullptr ? parse_duration(text->get()) : std::nullopt;
  if (!age || *age < std::chrono::seconds{1}) {
    table.refuse_value("keep", *value,
                       "a duration such as \"30d\", or a whole number of messages from 1");
  }
  keep.age = std::chrono::duration_cast<std::chrono::seconds>(*age);
  return keep;
}

RoomSpec read_room(const std::string& file, const toml::table& toml) {
  const ConfigTable table(file, "[[room]]", toml,
                          {"id", "name", "persistent", "description", "capacity", "keep"});
  RoomSpec room;
  room.id.value = table.text("id", "", is_room_id, "1 to 32 of the characters a-z, 0-9 and -");
  if (room.id.value.empty()) {
    table.refuse("a [[room]] has no id; give it one, such as id = \"main-chat\"");
  }
  room.name = table.line("name", room.id.value, 1, room_name_characters_max);
  room.description = table.line("description", "", 0, description_characters_max);
  room.persistent = table.yes_or_no("persistent", room.persistent);
  room.capacity =
      static_cast<std::uint32_t>(table.whole_number("capacity", room.capacity, {1, 10'000}));
  room.keep = read_keep(table, room.persistent);
  return room;
}

std::vector<RoomSpec> read_rooms(const ConfigTable& file) {
  const toml::node* value = file.find("room");
  if (value == nullptr) return default_config().rooms;
  if (!value->is_array_of_tables() || value->as_array()->empty()) {
    file.refuse(value->source(), "each room begins with a line [[room]], in two pairs of brackets");
  }
  std::vector<RoomSpec> rooms;
  std::map<RoomId, toml::source_index> lines;
  for (const toml::node& entry : *value->as_array()) {
    const toml::table& table = *entry.as_table();
    rooms.push_back(read_room(file.file(), table));
    const RoomId& id = rooms.back().id;
    const toml::source_region& where = table.get("id")->source();
    const auto [first, is_new] = lines.emplace(id, where.begin.line);
    if (!is_new) {
      file.refuse(where, "the room id \"" + id.value + "\" was used on line " +
                             std::to_string(first->second) +
                             " already; each room needs an id of its own");
    }
  }
  return rooms;
}

std::string content_of(const std::filesystem::path& file) {
  const auto refuse = [&file](std::error_code why) {
    throw ConfigError("cannot read the configuration " + file.string() + ": " + why.message());
  };
  // A folder can be opened like a file, but not read.
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown)) {
    refuse(std::make_error_code(std::errc::is_a_directory));
  }
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) refuse(std::error_code(errno, std::generic_category()));
  return {std::istreambuf_iterator<char>(in), {}};
}

toml::table parse(const std::filesystem::path& file) {
  const std::string content = content_of(file);
  try {
    return toml::parse(content);
  } catch (const toml::parse_error& e) {
    throw ConfigError(file.string() + ":" + std::to_string(e.source().begin.line) +
                      ": this is not valid TOML: " + std::string(e.description()));
  }
}

}  // namespace

Config default_config() {
  Config config;
  RoomSpec main_chat;
  main_chat.id = {"main-chat"};
  main_chat.name = "Main Chat";
  RoomSpec scratch;
  scratch.id = {"scratch"};
  scratch.name = "Scratch";
  scratch.description = "Gone when the last one leaves";
  scratch.persistent = false;
  config.rooms = {main_chat, scratch};
  return config;
}

Config load_config(const std::filesystem::path& file) {
  const toml::table toml = parse(file);
  const ConfigTable table(file.string(), "the file", toml,
                          {"server", "session", "accounts", "limits", "room"});
  Config config;
  read_server(table, config.server);
  read_session(table, config.session);
  read_accounts(table, config.accounts);
  read_limits(table, config.limits);
  config.rooms = read_rooms(table);
  return config;
}

}  // namespace colo
