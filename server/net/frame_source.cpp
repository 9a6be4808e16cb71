#include "net/frame_source.hpp"

#include <utility>

#include "wire/errors.hpp"

namespace colo {

void FrameSource::sign_in(std::shared_ptr<Budget> budget) {
  budget_ = std::move(budget);
  reader_.set_message_bytes_max(limits::frame_read_max);
}

std::optional<SteadyTime> FrameSource::resume_at(SteadyTime now) {
  if (!budget_ || owed_ == owed_.zero()) return std::nullopt;
  const auto resumes = budget_->spend(std::exchange(owed_, owed_.zero()), now);
  if (resumes <= now) return std::nullopt;
  return resumes;
}

std::optional<ws::Event> FrameSource::next() {
  if (kept_from_ < kept_.size()) {
    auto bytes = std::span(kept_).subspan(kept_from_);
    const auto event = parse(bytes);
    kept_from_ = kept_.size() - bytes.size();
    if (event) return event;
  }
  std::string().swap(kept_);
  kept_from_ = 0;
  std::span<char> nothing;
  reader_.read(nothing);
  return std::nullopt;
}

std::optional<ws::Event> FrameSource::next(std::span<char> received) {
  charge(limits::work::per_read);
  const auto event = parse(received);
  kept_.assign(received.begin(), received.end());
  return event;
}

// Fragments without payload and control frames count as frames, too.
std::optional<ws::Event> FrameSource::parse(std::span<char>& bytes) {
  const auto event = reader_.read(bytes);
  const auto frames = reader_.take_frames();
  charge(frames * limits::work::per_ws_frame);
  if (budget_) return event;
  frames_before_sign_in_ += frames;
  if (frames_before_sign_in_ <= limits::hello_frames_max) return event;
  bytes = {};
  return ws::Event{ws::Event::Kind::violation, false, {}, close_code(errc::flooding)};
}

}  // namespace colo
