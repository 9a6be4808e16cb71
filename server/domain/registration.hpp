// Who may register without the set-up link. Set by the operator.
#pragma once

namespace colo {

enum class Registration { open, by_invite, closed };

}  // namespace colo
