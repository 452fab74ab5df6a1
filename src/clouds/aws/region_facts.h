// What must be known of a region before a machine can start there: the image, the zones that sell
// the type, the default VPC's subnets and our security group in it. Kept per key and region,
// because accounts differ in all of it but the public images.
//
// All members on the client's executor.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/cloud.h"
#include "clouds/shared/remembered.h"

namespace mayfly::clouds::aws {

// Well below the day that a driver's caches may last: published images change every few weeks.
inline constexpr Duration kFactsAge = 12h;

struct Image {
  std::string id;
  std::string root_device;
  std::string arch;  // EC2's word: x86_64, arm64
};

struct Network {
  std::map<std::string, std::string> subnets;  // zone -> its default subnet, or the one named
  std::string vpc;
  std::string security_group;
};

// A target for each zone that both sells the type and has a subnet, in the order of the zones'
// names, which is the same every time; a failure when there is none.
CloudResult<std::vector<LaunchTarget>> targets_in(const PrepareSpec& spec,
                                                  const std::vector<std::string>& zones,
                                                  const Network& network);

class RegionFacts {
 public:
  RegionFacts(SignedClient& client, const Clock& clock);

  // By one of the published names (ubuntu-24.04, ...) for that processor, or by AMI id.
  Work<Image> image(Caller caller, std::string name, Arch arch);
  // In byte order; empty where the region does not sell the type.
  Work<std::vector<std::string>> zones(Caller caller, std::string instance_type);
  // The default VPC, or the one that the subnet named is in. Creates the shared security group
  // where it is missing.
  Work<Network> network(Caller caller, std::string subnet = {});

  // Something that was remembered of this region turned out to be wrong.
  void forget(const Caller& caller);

 private:
  Work<Image> ask_image(Caller caller, std::string name, Arch arch);
  Work<std::vector<std::string>> ask_zones(Caller caller, std::string instance_type);
  Work<Network> ask_network(Caller caller, std::string subnet);

  SignedClient& client_;
  Remembered<Image> images_;
  Remembered<std::vector<std::string>> zones_;
  Remembered<Network> networks_;
};

// The public parameter that names the current image; empty when the name is none of ours.
std::string image_parameter(std::string_view image, Arch arch);

}  // namespace mayfly::clouds::aws
