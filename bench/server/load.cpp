#include "load.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace load {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t stuck_after_ns = 20 * second_ns;
constexpr std::uint64_t settle_ns = second_ns / 2;  // for what is still on its way

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

void Load::set_message(std::uint32_t number, std::string bytes, std::size_t stamp_at) {
  if (stamp_at + sizeof(Stamp) > bytes.size()) throw std::runtime_error("the stamp does not fit");
  room(number).message = std::move(bytes);
  room(number).stamp_at = stamp_at;
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
      phone.muted = true;
      epoll_ctl(epoll_, EPOLL_CTL_DEL, phone.fd(), nullptr);
    }
  }
}

Result Load::run(Pace pace, double warm, double seconds, const std::vector<int>& server_pids) {
  pace_ = pace;
  result_ = {};
  for (auto& room : rooms_) {
    room.listeners = static_cast<std::size_t>(std::ranges::count_if(
        room.phones, [&](std::uint32_t index) { return !phones_[index]->muted; }));
    room.left.assign(std::max(pace.window, 1u), 0);
  }
  for (auto& phone : phones_) phone->order_faults = 0;

  publishing_ = true;
  const auto begin = last_came_ns_ = now_ns();
  counted_from_ns_ = begin + static_cast<std::uint64_t>(warm * 1e9);
  const auto end = counted_from_ns_ + static_cast<std::uint64_t>(seconds * 1e9);
  for (auto& room : rooms_)
    for (std::uint32_t i = 0; i < pace.window; ++i) publish(room, begin);

  std::uint64_t cpu_before = 0;
  bool counting = false;
  std::uint64_t sent = 0;
  for (auto now = begin; now < end; now = now_ns()) {
    if (!counting && now >= counted_from_ns_) {
      counting = true;
      cpu_before = cpu_ns(server_pids);
    }
    auto next = std::min(end, now + second_ns / 100);
    if (pace.per_second > 0) {
      const auto due = [&] {
        return begin + static_cast<std::uint64_t>(static_cast<double>(sent) / pace.per_second * 1e9);
      };
      while (due() <= now) {
        publish(rooms_[sent % rooms_.size()], due());
        ++sent;
      }
      next = std::min(next, due());
    } else if (now - last_came_ns_ > stuck_after_ns) {
      throw std::runtime_error("nothing came for 20 s");
    }
    turn(next);
  }
  result_.server_cpu_ns = cpu_ns(server_pids) - cpu_before;
  publishing_ = false;
  for (const auto until = now_ns() + settle_ns; now_ns() < until;) turn(until);
  result_.seconds = seconds;
  for (const auto& phone : phones_) {
    result_.order_faults += phone->order_faults;
    result_.gone += phone->gone() ? 1 : 0;
  }
  return result_;
}

void Load::publish(Room& room, std::uint64_t due_ns) {
  if (room.message.empty()) return;
  const Stamp stamp{Stamp::mark_value, ++room.last_seq, due_ns};
  std::memcpy(room.message.data() + room.stamp_at, &stamp, sizeof stamp);
  room.left[stamp.seq % room.left.size()] = room.listeners;
  if (due_ns >= counted_from_ns_) ++result_.published;
  Phone& publisher = *phones_[room.phones.front()];
  publisher.say(room.message);
  if (publisher.wants_to_write()) watch(publisher);
}

void Load::came(Phone& phone, const Frame& frame) {
  const auto stamp = stamp_of(frame);
  if (!stamp) return;
  if (phone.next_seq != 0 && stamp->seq != phone.next_seq) ++phone.order_faults;
  phone.next_seq = stamp->seq + 1;
  const auto now = last_came_ns_ = now_ns();
  if (publishing_ && now >= counted_from_ns_) {
    ++result_.deliveries;
    result_.bytes += frame.bytes;
    if (stamp->due_ns >= counted_from_ns_) result_.latency.add(now - stamp->due_ns);
  }
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
  // Less than a millisecond is waited for by asking again.
  const int timeout_ms = until_ns > now ? static_cast<int>((until_ns - now) / 1'000'000) : 0;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
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
