// The ways into a cluster's master: the EC2 key pair that ssh opens it with, and the security group
// that shows its web pages to one network. Both are free, shared by all clusters with the same key
// or the same network, and never deleted. Kept per key and region.
//
// All members on the client's executor.
#pragma once

#include <string>

#include "clouds/aws/client.h"
#include "clouds/shared/remembered.h"

namespace mayfly::clouds::emr {

class Entrances {
 public:
  Entrances(aws::SignedClient& client, const Clock& clock);

  // The name of the key pair of that OpenSSH line, imported when it is not there.
  Work<std::string> key_pair(aws::Caller caller, std::string public_key);
  // The id of a group that opens ssh as the shared group does, and the pages to that network alone.
  Work<std::string> open_group(aws::Caller caller, std::string vpc, std::string cidr);

  // Something that was remembered of this region turned out to be wrong.
  void forget(const aws::Caller& caller);

 private:
  Work<std::string> import(aws::Caller caller, std::string name, std::string public_key);

  aws::SignedClient& client_;
  Remembered<std::string> key_pairs_;
  Remembered<std::string> groups_;
};

// The same for the same key, whatever its comment says.
std::string key_pair_name(std::string_view public_key);

// "203.0.113.7/24" as 203.0.113.0/24; empty when it is no IPv4 network, or everybody.
std::string network_of(const std::string& cidr);

}  // namespace mayfly::clouds::emr
