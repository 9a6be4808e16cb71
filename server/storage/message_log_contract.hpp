// The tests that every MessageLog must pass. Include this in a log's own test and
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, MessageLogContract, MyFixture);
//
// MyFixture: default-constructible, with `MessageLog& log()` (empty at first),
// `User person(std::string name)`, a valid author, `User administrator(std::string name)`, and
// `void leave(const User&)`, which removes the account.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "runtime/run_to_end.hpp"
#include "storage/store.hpp"

namespace colo {

inline ClientId client_id(std::uint32_t number) {
  ClientId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::byte>(number >> (8 * i));
  return id;
}

/// A drawing of one dot, distinguished by `text` in a field of no meaning.
inline std::string dot_of(const std::string& text) {
  const std::string dot = "\x08\x01\x1A\x08\x08\x01\x18\x01\x32\x02\x02\x02";
  return dot + '\x7A' + static_cast<char>(text.size()) + text;
}

/// A message to the room "den", distinguished by `number`.
inline Message drawing(const User& author, std::uint32_t number) {
  return {{"den"},
          author,
          client_id(number),
          // Bytes that are not text, including a zero.
          dot_of(std::string("\x00\xFF", 2) + std::to_string(number)),
          "caption " + std::to_string(number),
          {},
          WallTime{std::chrono::milliseconds{1'700'000'000'000 + number}},
          {},
          {}};
}

inline std::vector<std::uint64_t> seqs_of(const MessagePage& page) {
  std::vector<std::uint64_t> seqs;
  for (const Message& message : page.messages) seqs.push_back(message.seq.value);
  return seqs;
}

template <class Fixture>
class MessageLogContract : public testing::Test {
 protected:
  using Seqs = std::vector<std::uint64_t>;

  Stored append(std::uint32_t number) {
    return run_to_end(log().append(drawing(ann, number))).value();
  }
  void append_many(std::uint32_t count) {
    for (std::uint32_t i = 1; i <= count; ++i) ASSERT_EQ(append(i).seq.value, i);
  }
  MessagePage before(std::uint64_t seq, PageLimit limit) {
    return run_to_end(log().before(den, {seq}, limit)).value();
  }
  MessagePage after(std::uint64_t seq, PageLimit limit) {
    return run_to_end(log().after(den, {seq}, limit)).value();
  }
  std::uint64_t last() { return run_to_end(log().last_seq(den)).value().value; }
  std::uint64_t erase(std::uint64_t seq) {
    return run_to_end(log().erase(den, {seq}, ann)).value().value;
  }
  Seqs deleted(std::uint64_t after, std::uint64_t upto) {
    Seqs seqs;
    for (const Seq seq : run_to_end(log().deleted(den, {after}, {upto})).value())
      seqs.push_back(seq.value);
    return seqs;
  }
  Erasure erase_of(const User& author, std::size_t limit) {
    return run_to_end(log().erase_of(den, author.id, limit)).value();
  }
  static Seqs numbers(const std::vector<Seq>& seqs) {
    Seqs numbers;
    for (const Seq seq : seqs) numbers.push_back(seq.value);
    return numbers;
  }
  MessageLog& log() { return fixture.log(); }

  static constexpr std::uint64_t the_end = std::numeric_limits<std::uint64_t>::max();
  const RoomId den{"den"};
  Fixture fixture;
  User ann = fixture.person("Ann");
  User bob = fixture.person("Bob");
};

TYPED_TEST_SUITE_P(MessageLogContract);

TYPED_TEST_P(MessageLogContract, AnEmptyRoomHasNothing) {
  EXPECT_EQ(this->last(), 0u);
  EXPECT_TRUE(this->before(this->the_end, 50).messages.empty());
  EXPECT_TRUE(this->after(0, 50).messages.empty());
  EXPECT_FALSE(this->before(this->the_end, 50).more);
}

TYPED_TEST_P(MessageLogContract, SeqsAreDenseFromOne) {
  this->append_many(5);
  EXPECT_EQ(this->last(), 5u);
}

TYPED_TEST_P(MessageLogContract, AMessageIsReadAsItWasAppended) {
  this->append(1);
  Message remix = drawing(this->bob, 2);
  remix.remix_of = {1};
  remix.caption = "Robert'); DROP TABLE messages; -- <b>\xE7\x8C\xAB</b>";
  ASSERT_TRUE(run_to_end(this->log().append(remix)));
  const MessagePage page = this->after(0, 50);
  ASSERT_EQ(seqs_of(page), (std::vector<std::uint64_t>{1, 2}));
  const Message& second = page.messages[1];
  EXPECT_EQ(second.room, this->den);
  EXPECT_EQ(second.author.name, "Bob");
  EXPECT_EQ(second.sent_at, remix.sent_at);
  EXPECT_EQ(second.drawing, remix.drawing);
  EXPECT_EQ(second.caption, remix.caption);
  EXPECT_EQ(second.remix_of.value, 1u);
  EXPECT_EQ(second.client_id, remix.client_id);
}

TYPED_TEST_P(MessageLogContract, TheSameDrawingCountsOnce) {
  const Stored first = this->append(1);
  this->append(2);
  Message again = drawing(this->ann, 1);
  again.sent_at += std::chrono::hours{1};
  again.caption = "another caption";
  const Stored repeated = run_to_end(this->log().append(again)).value();
  EXPECT_FALSE(first.repeated);
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.seq, first.seq);
  EXPECT_EQ(repeated.sent_at, first.sent_at);
  EXPECT_EQ(this->last(), 2u);
  EXPECT_EQ(this->after(0, 50).messages[0].caption, "caption 1");
}

TYPED_TEST_P(MessageLogContract, ClientIdsOfDifferentPeopleAreDistinct) {
  this->append(1);
  const Stored other = run_to_end(this->log().append(drawing(this->bob, 1))).value();
  EXPECT_FALSE(other.repeated);
  EXPECT_EQ(other.seq.value, 2u);
}

TYPED_TEST_P(MessageLogContract, ARemixOfWhatIsNotThereIsRefusedAndUsesNoSeq) {
  this->append(1);
  Message remix = drawing(this->ann, 2);
  for (const std::uint64_t beyond : {std::uint64_t{2}, std::uint64_t{77}, this->the_end}) {
    remix.remix_of = {beyond};
    const auto refused = run_to_end(this->log().append(remix));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::no_such_message);
  }
  EXPECT_EQ(this->last(), 1u);
  EXPECT_EQ(this->append(2).seq.value, 2u);
}

TYPED_TEST_P(MessageLogContract, PagesBeforeLeadBackToTheFirst) {
  this->append_many(7);
  MessagePage page = this->before(this->the_end, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{5, 6, 7}));
  EXPECT_TRUE(page.more);
  page = this->before(5, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_TRUE(page.more);
  page = this->before(2, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{1}));
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(this->before(1, 3).messages.empty());
  EXPECT_TRUE(this->before(0, 3).messages.empty());
  EXPECT_FALSE(this->before(4, 3).more);  // exactly as many as there are
}

TYPED_TEST_P(MessageLogContract, PagesAfterLeadOnToTheLast) {
  this->append_many(7);
  MessagePage page = this->after(0, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(page.more);
  page = this->after(3, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{4, 5, 6}));
  EXPECT_TRUE(page.more);
  page = this->after(4, 3);
  EXPECT_EQ(seqs_of(page), (std::vector<std::uint64_t>{5, 6, 7}));
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(this->after(7, 3).messages.empty());
  EXPECT_TRUE(this->after(this->the_end, 3).messages.empty());
}

TYPED_TEST_P(MessageLogContract, PagesEndBeforeTheMessageThatMakesThemTooLong) {
  using Seqs = std::vector<std::uint64_t>;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    Message message = drawing(this->ann, i);
    message.drawing = std::string(1000, 'x');
    message.caption = "";
    ASSERT_TRUE(run_to_end(this->log().append(message)));
  }
  EXPECT_EQ(seqs_of(this->before(this->the_end, {50, 3000})), (Seqs{3, 4, 5}));
  EXPECT_TRUE(this->before(this->the_end, {50, 3000}).more);
  EXPECT_EQ(seqs_of(this->before(this->the_end, {50, 2999})), (Seqs{4, 5}));
  EXPECT_EQ(seqs_of(this->after(0, {50, 3000})), (Seqs{1, 2, 3}));
  EXPECT_TRUE(this->after(0, {50, 3000}).more);
  EXPECT_EQ(seqs_of(this->after(3, {50, 2000})), (Seqs{4, 5}));
  EXPECT_FALSE(this->after(3, {50, 2000}).more);
  // One message always fits; otherwise no client could read past it.
  EXPECT_EQ(seqs_of(this->before(this->the_end, {50, 10})), (Seqs{5}));
  EXPECT_TRUE(this->before(this->the_end, {50, 10}).more);
  EXPECT_EQ(seqs_of(this->after(4, {50, 10})), (Seqs{5}));
  EXPECT_FALSE(this->after(4, {50, 10}).more);
}

TYPED_TEST_P(MessageLogContract, AnErasedMessageIsGoneButItsSeqStaysUsed) {
  this->append_many(3);
  ASSERT_TRUE(run_to_end(this->log().erase(this->den, {2}, this->ann)));
  ASSERT_TRUE(run_to_end(this->log().erase(this->den, {3}, this->ann)));
  EXPECT_EQ(seqs_of(this->after(0, 50)), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(seqs_of(this->before(this->the_end, 50)), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(this->last(), 3u);
  EXPECT_TRUE(this->append(3).repeated);  // sent again by a client that missed the reply
  EXPECT_EQ(seqs_of(this->after(0, 50)), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(this->append(4).seq.value, 4u);
}

TYPED_TEST_P(MessageLogContract, DeletionsAreNumberedAndListedInOrder) {
  using Seqs = std::vector<std::uint64_t>;
  this->append_many(5);
  EXPECT_EQ(run_to_end(this->log().last_deletion(this->den))->value, 0u);
  EXPECT_TRUE(this->deleted(0, 0).empty());
  EXPECT_EQ(this->erase(4), 1u);
  EXPECT_EQ(this->erase(2), 2u);
  EXPECT_FALSE(run_to_end(this->log().erase(this->den, {2}, this->ann)));  // gets no number
  EXPECT_EQ(this->erase(5), 3u);
  EXPECT_EQ(run_to_end(this->log().last_deletion(this->den))->value, 3u);
  EXPECT_EQ(this->deleted(0, 3), (Seqs{4, 2, 5}));
  EXPECT_EQ(this->deleted(1, 3), (Seqs{2, 5}));
  EXPECT_EQ(this->deleted(0, 2), (Seqs{4, 2}));
  EXPECT_TRUE(this->deleted(3, 3).empty());
  EXPECT_TRUE(this->deleted(this->the_end, this->the_end).empty());
}

TYPED_TEST_P(MessageLogContract, ARemixNamesTheAuthorOfADeletedOriginal) {
  this->append_many(2);
  this->erase(2);
  for (const std::uint64_t original : {1, 2}) {
    Message remix = drawing(this->bob, static_cast<std::uint32_t>(10 + original));
    remix.remix_of = {original};
    EXPECT_EQ(run_to_end(this->log().append(remix))->remix_author.name, "Ann");
  }
  this->erase(1);
  const MessagePage page = this->after(0, 50);
  ASSERT_EQ(seqs_of(page), (std::vector<std::uint64_t>{3, 4}));
  for (const Message& message : page.messages) EXPECT_EQ(message.remix_author.name, "Ann");
  EXPECT_EQ(this->append(3).remix_author.name, "");
  EXPECT_EQ(this->after(4, 50).messages.front().remix_author.name, "");
}

TYPED_TEST_P(MessageLogContract, ErasedMessagesDoNotCountAsMore) {
  this->append_many(4);
  ASSERT_TRUE(run_to_end(this->log().erase(this->den, {1}, this->ann)));
  ASSERT_TRUE(run_to_end(this->log().erase(this->den, {4}, this->ann)));
  EXPECT_FALSE(this->before(this->the_end, 2).more);
  EXPECT_FALSE(this->after(0, 2).more);
}

TYPED_TEST_P(MessageLogContract, OnlyItsAuthorOrAnAdministratorErases) {
  this->append_many(2);
  const auto refused = run_to_end(this->log().erase(this->den, {1}, this->bob));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::not_yours);
  EXPECT_EQ(this->after(0, 50).messages.size(), 2u);
  const User admin = this->fixture.administrator("Cat");
  EXPECT_TRUE(run_to_end(this->log().erase(this->den, {1}, admin)));
}

TYPED_TEST_P(MessageLogContract, ErasingWhatIsNotThereIsRefused) {
  this->append(1);
  ASSERT_TRUE(run_to_end(this->log().erase(this->den, {1}, this->ann)));
  for (const std::uint64_t seq :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, this->the_end}) {
    const auto refused = run_to_end(this->log().erase(this->den, {seq}, this->ann));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::no_such_message);
  }
}

TYPED_TEST_P(MessageLogContract, AllMessagesOfAnAuthorAreErasedInBatches) {
  using Seqs = std::vector<std::uint64_t>;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    this->append(i);
    ASSERT_TRUE(run_to_end(this->log().append(drawing(this->bob, i))));
  }
  EXPECT_EQ(this->erase(5), 1u);
  Erasure batch = this->erase_of(this->ann, 3);
  EXPECT_EQ(this->numbers(batch.seqs), (Seqs{1, 3, 7}));
  EXPECT_EQ(batch.last.value, 4u);
  batch = this->erase_of(this->ann, 3);
  EXPECT_EQ(this->numbers(batch.seqs), (Seqs{9}));
  EXPECT_EQ(batch.last.value, 5u);
  EXPECT_TRUE(this->erase_of(this->ann, 3).seqs.empty());
  EXPECT_EQ(seqs_of(this->after(0, 50)), (Seqs{2, 4, 6, 8, 10}));
  EXPECT_EQ(this->deleted(0, 5), (Seqs{5, 1, 3, 7, 9}));
  EXPECT_EQ(run_to_end(this->log().last_deletion(this->den))->value, 5u);
  EXPECT_EQ(this->last(), 10u);
}

TYPED_TEST_P(MessageLogContract, ADeletedAccountIsNamedNowhere) {
  this->append_many(2);
  Message remix = drawing(this->bob, 10);
  remix.remix_of = {1};
  ASSERT_EQ(run_to_end(this->log().append(remix))->remix_author.name, "Ann");
  this->fixture.leave(this->ann);
  const MessagePage page = this->after(0, 50);
  ASSERT_EQ(seqs_of(page), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(page.messages[0].author.name, "");
  EXPECT_EQ(page.messages[0].caption, "caption 1");
  EXPECT_EQ(page.messages[2].author.name, "Bob");
  EXPECT_EQ(page.messages[2].remix_author.name, "");
  remix.client_id = client_id(11);
  EXPECT_EQ(run_to_end(this->log().append(remix))->remix_author.name, "");
  EXPECT_EQ(this->numbers(this->erase_of(this->ann, 50).seqs), (std::vector<std::uint64_t>{1, 2}));
}

using Note = std::function<void(const result<Stored>&)>;

inline boost::asio::awaitable<void> append_and_note(MessageLog& log, Message message, Note note) {
  const result<Stored> stored = co_await log.append(std::move(message));
  note(stored);
}

TYPED_TEST_P(MessageLogContract, AppendsAtOnceCompleteInTheOrderOfTheirSeqs) {
  constexpr std::uint32_t count = 300;
  boost::asio::io_context loop{1};
  std::vector<std::uint64_t> order;
  const auto note = [&order](const result<Stored>& stored) { order.push_back(stored->seq.value); };
  for (std::uint32_t i = 1; i <= count; ++i) {
    boost::asio::co_spawn(loop, append_and_note(this->log(), drawing(this->ann, i), note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.run();
  ASSERT_EQ(order.size(), count);
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(order[i], i + 1);
}

REGISTER_TYPED_TEST_SUITE_P(MessageLogContract, AnEmptyRoomHasNothing, SeqsAreDenseFromOne,
                            AMessageIsReadAsItWasAppended, TheSameDrawingCountsOnce,
                            ClientIdsOfDifferentPeopleAreDistinct,
                            ARemixOfWhatIsNotThereIsRefusedAndUsesNoSeq,
                            PagesBeforeLeadBackToTheFirst, PagesAfterLeadOnToTheLast,
                            PagesEndBeforeTheMessageThatMakesThemTooLong,
                            AnErasedMessageIsGoneButItsSeqStaysUsed,
                            DeletionsAreNumberedAndListedInOrder,
                            ARemixNamesTheAuthorOfADeletedOriginal, ErasedMessagesDoNotCountAsMore,
                            OnlyItsAuthorOrAnAdministratorErases, ErasingWhatIsNotThereIsRefused,
                            AllMessagesOfAnAuthorAreErasedInBatches, ADeletedAccountIsNamedNowhere,
                            AppendsAtOnceCompleteInTheOrderOfTheirSeqs);

}  // namespace colo
