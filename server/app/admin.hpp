// `colo admin …`: what whoever sits at the server does to accounts.
//
// Works on the database itself, beside a running server or without one: SQLite
// keeps two writers apart, and the folder's lock is the server's alone. What is
// changed is noted along with it (AccountStore::outside_changes); a running
// server looks there twice a second, ends the sessions that a reset password
// opened, and knows of its new administrator. Passwords are asked for on the
// terminal, twice and unseen, or else read as one line from standard input.
#pragma once

#include "app/arguments.hpp"

namespace colo {

/// Makes a new account, or, where the command says so, promotes the one of that
/// name: anybody may have taken it. Says on standard output what was done. Throws
/// std::runtime_error, one sentence.
void create_admin(const CreateAdmin& command);

/// Gives the account another password. Throws std::runtime_error, one sentence.
void reset_password(const ResetPassword& command);

}  // namespace colo
