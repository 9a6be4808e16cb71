// `colo admin …`: changes to accounts by an administrator of the machine.
//
// Works on the database directly, with or without a running server: SQLite serialises the writers,
// and only the server takes the folder's lock. Changes are recorded in the same transaction
// (AccountStore::outside_changes); a running server reads them twice a second, ends the sessions of
// a replaced password, and learns of a new administrator. Passwords are read twice from the
// terminal without echo, or as one line from standard input.
#pragma once

#include "app/arguments.hpp"

namespace colo {

/// Creates an administrator's account. Promotes an existing account only if the command requests
/// that, because any person could have registered the name. Prints what was done. Throws
/// std::runtime_error, one sentence.
void create_admin(const CreateAdmin& command);

/// Replaces the account's password. Throws std::runtime_error, one sentence.
void reset_password(const ResetPassword& command);

}  // namespace colo
