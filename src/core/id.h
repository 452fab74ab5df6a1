// Ids of what we keep: a prefix, the creation time, chance. Lower case and without underscore, so
// that they fit into every cloud's names and tags; in byte order they are in creation order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/time.h"

namespace mayfly {

// new_id("r", …) -> r-0jx5w2k3m8q4t6y9 : 9 characters of milliseconds, 7 of chance (35 bits).
// Two ids of one millisecond can collide; creation is a compare-and-set that then refuses the
// second.
std::string new_id(std::string_view prefix, Time now, Random& random);
// What an id tells of its moment: the millisecond. Whoever stands in a list that is ordered by ids
// was created then.
Time id_moment(Time now);
// Before every id of that moment or later, after every earlier one.
std::string first_id(std::string_view prefix, Time moment);
// When an id that new_id() made was made; nullopt: it is none of those.
std::optional<Time> moment_of_id(std::string_view id);

// 64 lower-case hexadecimal characters of SHA-256.
std::string sha256_hex(std::string_view bytes);
// The same of BLAKE2b: three times as quick, for what nobody else has to compute.
std::string fingerprint_of(std::string_view bytes);

}  // namespace mayfly
