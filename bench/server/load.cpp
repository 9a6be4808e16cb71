#include "load.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <limits>
#include <map>
#include <stdexcept>
#include <system_error>

namespace load {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t stuck_after_ns = 20 * second_ns;
constexpr std::uint64_t settle_ns = 20 * second_ns;  // for messages still in flight

}  // namespace

Load::Load() : epoll_(epoll_create1(0)), buffer_(256 * 1024) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Load::~Load() {
  close(epoll_);
}

Room& Load::room(std::uint32_t number) {
  if (number >= rooms_.size()) rooms_.resize(number + 1);
  return rooms_[number];
}

void Load::add(std::uint32_t number, Opening opening) {
  const auto index = static_cast<std::uint32_t>(clients_.size());
  clients_.push_back(std::make_unique<Client>(index, number, std::move(opening), tls_));
  room(number).clients.push_back(index);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = index;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back()->fd(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  serve(0);  // replies arrive while the next clients connect
}

void Load::add_message(std::uint32_t number, std::string bytes, std::size_t stamp_at) {
  if (stamp_at + sizeof(Stamp) > bytes.size()) throw std::runtime_error("the stamp does not fit");
  room(number).messages.push_back({std::move(bytes), stamp_at});
}

void Load::serve_until_readable(int fd) {
  std::array<pollfd, 2> waits{{{fd, POLLIN, 0}, {epoll_, POLLIN, 0}}};
  for (;;) {
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    if (waits[1].revents != 0) serve(0);
    if (waits[0].revents != 0) return;
  }
}

void Load::await_all(double seconds) {
  const auto until = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  const auto entered = [&] {
    return std::ranges::count_if(clients_, [](const auto& client) { return client->ready(); });
  };
  while (entered() < static_cast<std::ptrdiff_t>(clients_.size())) {
    if (now_ns() > until)
      throw std::runtime_error("only " + std::to_string(entered()) + " of " +
                               std::to_string(clients_.size()) + " clients entered" +
                               close_codes());
    serve(now_ns() + second_ns / 100);
  }
}

// The close codes that the server sent, with their number of clients; 0: closed without one.
std::string Load::close_codes() const {
  std::map<std::uint16_t, std::size_t> counts;
  for (const auto& client : clients_)
    if (client->closed()) ++counts[client->close_code()];
  std::string text;
  for (const auto& [code, count] : counts)
    text += "; close code " + std::to_string(code) + ": " + std::to_string(count);
  return text;
}

void Load::mute(double share) {
  for (auto& room : rooms_) {
    const auto count = static_cast<std::size_t>(share * static_cast<double>(room.clients.size()));
    for (std::size_t i = 1; i <= count && i < room.clients.size(); ++i) {
      Client& client = *clients_[room.clients[i]];
      client.mute();
      epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd(), nullptr);
    }
  }
}

void Load::begin(Pace pace) {
  pace_ = pace;
  result_ = {};
  counting_ = false;
  counted_from_ns_ = std::numeric_limits<std::uint64_t>::max();
  for (auto& room : rooms_) {
    room.readers = static_cast<std::size_t>(std::ranges::count_if(
        room.clients, [&](std::uint32_t index) { return !clients_[index]->muted; }));
    room.left.assign(std::max(pace.window, 1u), 0);
  }
  for (auto& client : clients_) client->order_faults = 0;
  publishing_ = true;
  last_message_ns_ = now_ns();
  for (auto& room : rooms_)
    for (std::uint32_t i = 0; i < pace.window; ++i) publish(room, last_message_ns_);
}

Result Load::run(Pace pace, double warm, double seconds, const std::vector<int>& server_pids) {
  begin(pace);
  const auto begun = last_message_ns_;
  const auto count_from = begun + static_cast<std::uint64_t>(warm * 1e9);
  const auto end = count_from + static_cast<std::uint64_t>(seconds * 1e9);
  ThreadTimes before;
  std::uint64_t own_before = 0;
  std::uint64_t sent = 0;
  const auto due = [&] {
    return begun + static_cast<std::uint64_t>(static_cast<double>(sent) / pace.per_second * 1e9);
  };
  auto now = begun;
  for (; now < end; now = now_ns()) {
    if (!counting_ && now >= count_from) {
      counting_ = true;
      counted_from_ns_ = now;
      before = thread_times(server_pids);
      own_before = own_cpu_ns();
    }
    auto next = std::min(end, now + second_ns / 100);
    if (pace.per_second > 0) {
      for (; due() <= now; ++sent) publish(rooms_[sent % rooms_.size()], due());
      next = std::min(next, due());
    } else if (now - last_message_ns_ > stuck_after_ns) {
      throw std::runtime_error("no message for 20 s; the last one without a stamp: " +
                               last_unstamped_);
    }
    serve(next);
  }
  result_.thread_ns = ran_between(before, thread_times(server_pids));
  result_.own_cpu_ns = own_cpu_ns() - own_before;
  result_.seconds = static_cast<double>(now - counted_from_ns_) / 1e9;
  counting_ = publishing_ = false;
  settle();
  return result_;
}

// Receives the messages still in flight, and counts those that never arrive.
void Load::settle() {
  const auto listening = [&](const Client& client) { return !client.muted && !client.closed(); };
  const auto missing = [&] {
    std::uint64_t sum = 0;
    for (const auto& client : clients_)
      if (listening(*client)) sum += rooms_[client->room()].last_seq + 1 - client->next_seq;
    return sum;
  };
  for (const auto until = now_ns() + settle_ns; missing() > 0 && now_ns() < until;)
    serve(now_ns() + second_ns / 100);
  result_.missing = missing();
  result_.close_codes = close_codes();
  for (const auto& client : clients_) {
    if (!client->muted) result_.closed += client->closed() ? 1 : 0;
    result_.order_faults += client->order_faults;
  }
}

void Load::publish(Room& room, std::uint64_t due_ns) {
  if (room.messages.empty()) return;
  const Stamp stamp{Stamp::mark_value, ++room.last_seq, due_ns};
  Message& message = room.messages[stamp.seq % room.messages.size()];
  std::memcpy(message.frames.data() + message.stamp_at, &stamp, sizeof stamp);
  room.left[stamp.seq % room.left.size()] = room.readers;
  if (counting_) ++result_.published;
  Client& publisher = *clients_[room.clients.front()];
  publisher.send(message.frames);
  if (publisher.wants_to_write()) watch(publisher);
}

void Load::handle_message(Client& client, const Frame& frame) {
  const auto stamp = stamp_of(frame);
  if (!stamp) {
    last_unstamped_.assign(frame.tail.begin(), frame.tail.end());
    return;
  }
  if (stamp->seq != client.next_seq) ++client.order_faults;
  client.next_seq = stamp->seq + 1;
  const auto now = last_message_ns_ = now_ns();
  if (counting_) {
    ++result_.deliveries;
    result_.bytes += frame.bytes;
  }
  // Messages that arrive after the end count as well; else the slowest would be left out.
  if (stamp->due_ns >= counted_from_ns_) result_.latency.add(now - stamp->due_ns);
  if (!publishing_ || pace_.window == 0) return;
  Room& where = rooms_[client.room()];
  auto& left = where.left[stamp->seq % where.left.size()];
  if (left > 0 && --left == 0) publish(where, now);
}

void Load::watch(const Client& client) {
  epoll_event event{};
  event.events = EPOLLIN | (client.wants_to_write() ? std::uint32_t{EPOLLOUT} : 0u);
  event.data.u32 = client.number();
  epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd(), &event);
}

// Waits for input, at most until `until_ns`, and reads it.
void Load::serve(std::uint64_t until_ns) {
  std::array<epoll_event, 512> events;
  const auto now = now_ns();
  const auto wait_ns = until_ns > now ? until_ns - now : 0;
  const timespec timeout{static_cast<std::time_t>(wait_ns / second_ns),
                         static_cast<long>(wait_ns % second_ns)};
  const int count =
      epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  const Client::OnMessage on_message = [this](Client& client, const Frame& frame) {
    handle_message(client, frame);
  };
  for (int i = 0; i < count; ++i) {
    Client& client = *clients_[events[static_cast<std::size_t>(i)].data.u32];
    if (events[static_cast<std::size_t>(i)].events & EPOLLOUT) {
      client.write_unsent();
      watch(client);
    }
    client.read(buffer_, on_message);
    if (client.closed()) epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd(), nullptr);
    if (client.wants_to_write()) watch(client);
  }
}

}  // namespace load
