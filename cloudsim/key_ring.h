// The credentials that the one account of each cloud accepts just now: keys are issued, revoked and
// run out, as they do in an account that people look after.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "json/codec.h"

namespace mayfly::cloudsim {

// The vendors' documentation examples; nothing anywhere accepts them but this simulator.
inline constexpr char kAccessKeyId[] = "AKIAIOSFODNN7EXAMPLE";
inline constexpr char kSecretAccessKey[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr char kDigitalOceanToken[] =
    "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

enum class KeyState { active, revoked, expired };
BOOST_DESCRIBE_ENUM(KeyState, active, revoked, expired)

// What a test says about a key. DigitalOcean: the token is the secret, and there is no id.
struct KeyOrder {
  std::string cloud;
  std::string id;
  std::string secret;
  std::string session_token;  // AWS: then it must be sent too
  KeyState state = KeyState::active;
};
BOOST_DESCRIBE_STRUCT(KeyOrder, (), (cloud, id, secret, session_token, state))

class KeyRing {
 public:
  // One documentation example for each cloud.
  KeyRing();

  // Issues a key, or changes one that is known. False: no such cloud.
  bool set(KeyOrder order);
  // nullptr: unknown or revoked.
  const KeyOrder* find_aws(std::string_view id) const;
  bool accepts_token(std::string_view token) const;

 private:
  std::map<std::string, KeyOrder, std::less<>> aws_;           // by id
  std::map<std::string, KeyOrder, std::less<>> digitalocean_;  // by token
};

}  // namespace mayfly::cloudsim
