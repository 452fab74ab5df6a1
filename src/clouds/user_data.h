// The cloud-init document that both clouds boot our machines with: the user's ssh key and the
// user's own user data, and nothing that has to be cleaned up afterwards (no key pairs, no stored
// objects).
#pragma once

#include <string>
#include <string_view>

namespace mayfly::clouds {

// Empty when both are. The user's data may be any form cloud-init knows: a script (#!),
// #cloud-config, MIME; it is carried as a MIME part of its own beside ours. Same inputs, same bytes
// (launches are repeated).
std::string render_user_data(std::string_view ssh_public_key, std::string_view user_data);

}  // namespace mayfly::clouds
