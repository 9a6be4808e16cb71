// Who may register without the set-up link, as whoever runs the server decides.
#pragma once

namespace colo {

enum class Registration { open, by_invite, closed };

}  // namespace colo
