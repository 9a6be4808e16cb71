#include "app/admin.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "app/existing_database.hpp"
#include "app/password_prompt.hpp"
#include "auth/passwords.hpp"
#include "domain/names.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

/// The database and the password hashing of one command, with blocking calls.
class AdminContext {
 public:
  explicit AdminContext(const std::filesystem::path& data)
      : store_(existing_database(data), OpenedBy::admin_command) {}

  SqliteStore& store() { return store_; }
  Passwords& passwords() { return passwords_; }

  /// The value of `task`. Throws std::runtime_error with the reason of a refusal.
  template <class T>
  T wait_for(asio::awaitable<result<T>> task) {
    auto outcome = run_to_end(std::move(task));
    if (!outcome) throw std::runtime_error(outcome.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
  }

 private:
  SqliteStore store_;
  Passwords passwords_;
};

NameForms parse(const std::string& name) {
  auto forms = parse_name(name);
  if (!forms) throw std::runtime_error(forms.error().detail);
  return std::move(*forms);
}

std::string ask_valid_password(const std::string& name) {
  auto password = ask_new_password(name);
  if (const auto fine = check_password(password); !fine)
    throw std::runtime_error(fine.error().detail);
  return password;
}

void print(const std::string& what) {
  std::fputs((what + "\n").c_str(), stdout);
}

void promote(AdminContext& context, const Account& account) {
  const auto& name = account.user.name;
  if (account.user.admin) return print(fmt::format("{} is an administrator already.", name));
  context.wait_for(context.store().make_admin(account.user.id, false));
  print(fmt::format("{} had an account, and is an administrator now. The password is unchanged.",
                    name));
}

}  // namespace

void create_admin(const CreateAdmin& command) {
  auto name = parse(command.name);
  AdminContext context(command.data);
  const auto there = context.wait_for(context.store().find_account(name.key));
  if (there && !command.existing)
    throw std::runtime_error(
        fmt::format("{} already has an account. If it belongs to the right person: colo admin "
                    "create --existing {}",
                    there->user.name, command.name));
  if (there) return promote(context, *there);
  if (const auto fine = parse_new_name(command.name); !fine)
    throw std::runtime_error(fine.error().detail);
  auto hash = context.wait_for(context.passwords().hash(ask_valid_password(name.shown)));
  Admission admission;
  admission.admin = true;
  const auto made =
      context.wait_for(context.store().create_account(std::move(name), std::move(hash), admission));
  print(fmt::format("{} has an account now, and is an administrator.", made.user.name));
}

void reset_password(const ResetPassword& command) {
  const auto name = parse(command.name);
  AdminContext context(command.data);
  const auto account = context.wait_for(context.store().find_account(name.key));
  if (!account) throw std::runtime_error(fmt::format("nobody here is called {}.", name.shown));
  auto hash = context.wait_for(context.passwords().hash(ask_valid_password(account->user.name)));
  context.wait_for(
      context.store().change_password(account->user.id, account->password, std::move(hash)));
  print(
      fmt::format("{} has a new password now, and is signed out everywhere.", account->user.name));
}

}  // namespace colo
