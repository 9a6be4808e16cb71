#include "load.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace load {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t stuck_after_ns = 20 * second_ns;
constexpr std::uint64_t settle_ns = 20 * second_ns;  // for what is still on its way

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
  const auto index = static_cast<std::uint32_t>(phones_.size());
  phones_.push_back(std::make_unique<Phone>(index, number, std::move(opening)));
  room(number).phones.push_back(index);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = index;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, phones_.back()->fd(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  turn(0);  // answers come while the next ones connect
}

void Load::add_message(std::uint32_t number, std::string bytes, std::size_t stamp_at) {
  if (stamp_at + sizeof(Stamp) > bytes.size()) throw std::runtime_error("the stamp does not fit");
  room(number).messages.push_back({std::move(bytes), stamp_at});
}

void Load::await_all(double seconds) {
  const auto until = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  const auto in = [&] {
    return std::ranges::count_if(phones_, [](const auto& phone) { return phone->ready(); });
  };
  while (in() < static_cast<std::ptrdiff_t>(phones_.size())) {
    if (now_ns() > until)
      throw std::runtime_error("only " + std::to_string(in()) + " of " +
                               std::to_string(phones_.size()) + " phones got in");
    turn(now_ns() + second_ns / 100);
  }
}

void Load::mute(double share) {
  for (auto& room : rooms_) {
    const auto count = static_cast<std::size_t>(share * static_cast<double>(room.phones.size()));
    for (std::size_t i = 1; i <= count && i < room.phones.size(); ++i) {
      Phone& phone = *phones_[room.phones[i]];
      phone.mute();
      epoll_ctl(epoll_, EPOLL_CTL_DEL, phone.fd(), nullptr);
    }
  }
}

void Load::begin(Pace pace) {
  pace_ = pace;
  result_ = {};
  counting_ = false;
  counted_from_ns_ = std::numeric_limits<std::uint64_t>::max();
  for (auto& room : rooms_) {
    room.listeners = static_cast<std::size_t>(std::ranges::count_if(
        room.phones, [&](std::uint32_t index) { return !phones_[index]->muted; }));
    room.left.assign(std::max(pace.window, 1u), 0);
  }
  for (auto& phone : phones_) phone->order_faults = 0;
  publishing_ = true;
  last_came_ns_ = now_ns();
  for (auto& room : rooms_)
    for (std::uint32_t i = 0; i < pace.window; ++i) publish(room, last_came_ns_);
}

Result Load::run(Pace pace, double warm, double seconds, const std::vector<int>& server_pids) {
  begin(pace);
  const auto begun = last_came_ns_;
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
    } else if (now - last_came_ns_ > stuck_after_ns) {
      throw std::runtime_error("nothing came for 20 s: " + last_unstamped_);
    }
    turn(next);
  }
  result_.thread_ns = ran_between(before, thread_times(server_pids));
  result_.own_cpu_ns = own_cpu_ns() - own_before;
  result_.seconds = static_cast<double>(now - counted_from_ns_) / 1e9;
  counting_ = publishing_ = false;
  settle();
  return result_;
}

// Takes in what is still on its way, and counts what never comes.
void Load::settle() {
  const auto listening = [&](const Phone& phone) { return !phone.muted && !phone.gone(); };
  const auto missing = [&] {
    std::uint64_t sum = 0;
    for (const auto& phone : phones_)
      if (listening(*phone)) sum += rooms_[phone->room()].last_seq + 1 - phone->next_seq;
    return sum;
  };
  for (const auto until = now_ns() + settle_ns; missing() > 0 && now_ns() < until;)
    turn(now_ns() + second_ns / 100);
  result_.missing = missing();
  for (const auto& phone : phones_) {
    if (!phone->muted) result_.gone += phone->gone() ? 1 : 0;
    result_.order_faults += phone->order_faults;
  }
}

void Load::publish(Room& room, std::uint64_t due_ns) {
  if (room.messages.empty()) return;
  const Stamp stamp{Stamp::mark_value, ++room.last_seq, due_ns};
  Message& message = room.messages[stamp.seq % room.messages.size()];
  std::memcpy(message.frames.data() + message.stamp_at, &stamp, sizeof stamp);
  room.left[stamp.seq % room.left.size()] = room.listeners;
  if (counting_) ++result_.published;
  Phone& publisher = *phones_[room.phones.front()];
  publisher.say(message.frames);
  if (publisher.wants_to_write()) watch(publisher);
}

void Load::came(Phone& phone, const Frame& frame) {
  const auto stamp = stamp_of(frame);
  if (!stamp) {
    last_unstamped_.assign(frame.tail.begin(), frame.tail.end());
    return;
  }
  if (stamp->seq != phone.next_seq) ++phone.order_faults;
  phone.next_seq = stamp->seq + 1;
  const auto now = last_came_ns_ = now_ns();
  if (counting_) {
    ++result_.deliveries;
    result_.bytes += frame.bytes;
  }
  // Also when it comes after the end: what is late must not be left out for being late.
  if (stamp->due_ns >= counted_from_ns_) result_.latency.add(now - stamp->due_ns);
  if (!publishing_ || pace_.window == 0) return;
  Room& where = rooms_[phone.room()];
  auto& left = where.left[stamp->seq % where.left.size()];
  if (left > 0 && --left == 0) publish(where, now);
}

void Load::watch(const Phone& phone) {
  epoll_event event{};
  event.events = EPOLLIN | (phone.wants_to_write() ? std::uint32_t{EPOLLOUT} : 0u);
  event.data.u32 = phone.number();
  epoll_ctl(epoll_, EPOLL_CTL_MOD, phone.fd(), &event);
}

// Waits for what comes, no longer than until then, and reads it.
void Load::turn(std::uint64_t until_ns) {
  std::array<epoll_event, 512> events;
  const auto now = now_ns();
  const auto wait_ns = until_ns > now ? until_ns - now : 0;
  const timespec timeout{static_cast<std::time_t>(wait_ns / second_ns),
                         static_cast<long>(wait_ns % second_ns)};
  const int count =
      epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  const Phone::Came hear = [this](Phone& phone, const Frame& frame) { came(phone, frame); };
  for (int i = 0; i < count; ++i) {
    Phone& phone = *phones_[events[static_cast<std::size_t>(i)].data.u32];
    if (events[static_cast<std::size_t>(i)].events & EPOLLOUT) {
      phone.write_unsent();
      watch(phone);
    }
    phone.read(buffer_, hear);
    if (phone.gone()) epoll_ctl(epoll_, EPOLL_CTL_DEL, phone.fd(), nullptr);
    if (phone.wants_to_write()) watch(phone);
  }
}

}  // namespace load
