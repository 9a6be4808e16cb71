#include "net/traffic.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <utility>

#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// A slice is about 1 ms, at what the kernel takes for a write and for a byte: who has just come
// waits for one of them.
constexpr std::size_t slice_phones = Sender::dispatches_max;
constexpr std::size_t slice_bytes = 256 * 1024;
constexpr std::size_t phones_at_once = 8;  // between looks at how much it is by now
constexpr std::size_t frames_per_write = 64;
constexpr std::size_t pieces_max = 4096;
// How long what was published may wait for more of it, while more comes each turn.
constexpr std::chrono::microseconds linger_max{1000};
constexpr std::size_t worth_lingering = 64;  // frames; fewer are written as soon as they came
constexpr std::chrono::milliseconds clock_every{500};
// Of one phone in one turn: a few drawings, each of which may go to thousands.
constexpr std::size_t read_bytes = 8 * 1024;

}  // namespace

Traffic::Traffic(Shard& shard) : shard_(shard), read_buffer_(read_bytes), pieces_(pieces_max) {}

Traffic::~Traffic() {
  recipients_.clear();
}

void Traffic::start(SendBy how) {
  if (how == SendBy::io_uring) sender_ = make_io_uring_sender();
  if (!sender_) sender_ = make_sendmsg_sender();
  start_task(shard_.executor(), look_at_clocks(), "looking at clocks");
}

void Traffic::wants_turn(Recipient& recipient, TurnQueue& queue) {
  turns_.add(queue, recipient);
  ++news_;
  if (!turn_posted_) post_turn();
}

const SharedFrame& Traffic::in_json(const SharedFrame& frame) {
  if (json_of_ != frame) {
    auto converted = colo::in_json(*frame);
    if (!converted) log::error("a frame could not be sent as JSON: {}", converted.error().detail);
    json_ = converted ? std::move(*converted) : json_error_frame();
    json_of_ = frame;
  }
  return json_;
}

void Traffic::post_turn() {
  asio::post(shard_.executor(), [this] { turn(); });
  turn_posted_ = true;
}

void Traffic::turn() {
  turn_posted_ = false;
  shard_.keep_pace();
  if (lingers()) return post_turn();
  passing_ = true;
  write_slice();
  passing_ = !turns_.empty();
  // One turn at a time: in between the loop reads.
  if (passing_ && !turn_posted_) post_turn();
}

// Whoever publishes often has more on the way: read first, then write it all.
bool Traffic::lingers() {
  if (passing_ || std::exchange(news_, 0) < worth_lingering) return false;
  const auto now = std::chrono::steady_clock::now();
  if (pass_due_ == SteadyTime{}) pass_due_ = now + linger_max;
  return now < pass_due_;
}

void Traffic::write_slice() {
  news_ = 0;
  pass_due_ = {};
  std::size_t phones = 0;
  std::size_t bytes = 0;
  while (phones < slice_phones && bytes < slice_bytes && !turns_.empty()) {
    due_.clear();
    turns_.take(phones_at_once,
                [this](TurnTaker& one) { due_.push_back(static_cast<Recipient*>(&one)); });
    for (auto* recipient : due_) bytes += gather(*recipient);
    phones += due_.size();
  }
  write_gathered();
}

// Gives how many bytes it has to write.
std::size_t Traffic::gather(Recipient& recipient) {
  if (recipient.socket() < 0) {
    recipient.write();
    return 0;
  }
  if (pieces_.size() - pieces_used_ < frames_per_write) write_gathered();
  const auto room = std::span(pieces_).subspan(pieces_used_, frames_per_write);
  const auto pieces = room.first(recipient.gather(room));
  if (pieces.empty()) return 0;
  pieces_used_ += pieces.size();
  gathered_.push_back(&recipient);
  dispatches_.push_back({recipient.socket(), pieces, 0});
  std::size_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.iov_len;
  return bytes;
}

void Traffic::write_gathered() {
  if (dispatches_.empty()) return;
  count_.calls += sender_->send(dispatches_);
  count_.dispatches += dispatches_.size();
  for (std::size_t i = 0; i < gathered_.size(); ++i)
    count_.frames += gathered_[i]->wrote(dispatches_[i].result);
  gathered_.clear();
  dispatches_.clear();
  pieces_used_ = 0;
}

asio::awaitable<void> Traffic::look_at_clocks() {
  asio::steady_timer timer(shard_.executor());
  for (;;) {
    timer.expires_after(clock_every);
    boost::system::error_code error;  // only a stopping loop ends it early
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    const auto now = std::chrono::steady_clock::now();
    try {
      for (auto one = recipients_.begin(); one != recipients_.end();) (one++)->look_at_clock(now);
    } catch (const std::exception& e) {
      log::error("some phones' clocks were not looked at: {}", e.what());  // but will be again
    }
  }
}

}  // namespace colo
