// SqliteStore: accounts and invites.
#include "storage/sqlite_store_parts.hpp"

namespace asio = boost::asio;

namespace colo {

asio::awaitable<result<Account>> SqliteStore::create_account(NameForms name,
                                                             std::string password_hash,
                                                             Admission admission) {
  return writing_->commits.run([&writing = *writing_, name = std::move(name),
                                hash = std::move(password_hash),
                                admission = std::move(admission)]() -> result<Account> {
    // One savepoint: if the name is taken, the use of the invite is rolled back.
    if (admission.invite) {
      const auto used = writing.invites.use(*admission.invite, admission.now);
      if (!used) return used.error();
    }
    return writing.accounts.create(name, hash, admission);
  });
}

asio::awaitable<result<std::optional<Account>>> SqliteStore::find_account(std::string key) {
  return signing_in_->run(
      [&accounts = signing_in_->accounts,
       key = std::move(key)]() -> result<std::optional<Account>> { return accounts.find(key); });
}

asio::awaitable<result<std::optional<Account>>> SqliteStore::account(UserId user) {
  return signing_in_->run(
      [&accounts = signing_in_->accounts, user]() -> result<std::optional<Account>> {
        return accounts.account(user);
      });
}

asio::awaitable<result<bool>> SqliteStore::has_admin() {
  return signing_in_->run(
      [&accounts = signing_in_->accounts]() -> result<bool> { return accounts.has_admin(); });
}

asio::awaitable<result<void>> SqliteStore::renew_password_hash(UserId user, PasswordVersion version,
                                                               std::string hash) {
  return writing_->commits.run(
      [&accounts = writing_->accounts, user, version, hash = std::move(hash)] {
        return accounts.renew_password_hash(user, version, hash);
      });
}

asio::awaitable<result<PasswordVersion>> SqliteStore::change_password(UserId user,
                                                                      PasswordVersion version,
                                                                      std::string hash) {
  return writing_->commits.run(
      [&accounts = writing_->accounts, user, version, hash = std::move(hash)] {
        return accounts.change_password(user, version, hash);
      });
}

asio::awaitable<result<void>> SqliteStore::make_admin(UserId user, bool only_first) {
  return writing_->commits.run([&accounts = writing_->accounts, user, only_first] {
    return accounts.make_admin(user, only_first);
  });
}

asio::awaitable<result<void>> SqliteStore::remove_account(UserId user, PasswordVersion version,
                                                          bool erase_drawings) {
  return writing_->commits.run([&accounts = writing_->accounts, user, version, erase_drawings] {
    return accounts.remove(user, version, erase_drawings);
  });
}

asio::awaitable<result<std::vector<UserId>>> SqliteStore::accounts_to_erase() {
  return signing_in_->run([&accounts = signing_in_->accounts]() -> result<std::vector<UserId>> {
    return accounts.to_erase();
  });
}

asio::awaitable<result<std::vector<RoomId>>> SqliteStore::rooms_drawn_in(UserId author) {
  return reading_->run([&messages = reading_->messages, author]() -> result<std::vector<RoomId>> {
    return messages.rooms_drawn_in(author);
  });
}

asio::awaitable<result<void>> SqliteStore::drawings_erased(UserId user) {
  return writing_->commits.run(
      [&accounts = writing_->accounts, user] { return accounts.drawings_erased(user); });
}

asio::awaitable<result<std::vector<OutsideChange>>> SqliteStore::outside_changes() {
  return signing_in_->run(
      [&accounts = signing_in_->accounts]() -> result<std::vector<OutsideChange>> {
        return accounts.outside_changes();
      });
}

asio::awaitable<result<void>> SqliteStore::forget_outside_changes(std::int64_t upto) {
  return writing_->commits.run(
      [&accounts = writing_->accounts, upto] { return accounts.forget_outside_changes(upto); });
}

asio::awaitable<result<Invite>> SqliteStore::make_invite(NewInvite invite) {
  return writing_->commits.run(
      [&invites = writing_->invites, invite = std::move(invite)] { return invites.make(invite); });
}

asio::awaitable<result<std::vector<Invite>>> SqliteStore::invites() {
  return signing_in_->run(
      [&invites = signing_in_->invites]() -> result<std::vector<Invite>> { return invites.all(); });
}

asio::awaitable<result<std::optional<Invite>>> SqliteStore::find_invite(CodeHash code) {
  return signing_in_->run([&invites = signing_in_->invites,
                           code]() -> result<std::optional<Invite>> { return invites.find(code); });
}

asio::awaitable<result<void>> SqliteStore::revoke_invite(InviteId id) {
  return writing_->commits.run([&invites = writing_->invites, id] { return invites.revoke(id); });
}

}  // namespace colo
