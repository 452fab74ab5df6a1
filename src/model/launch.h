// What a launch needs to be repeated with identical bytes, and what may be assumed of a cloud that
// is asked to do so. Both are written into attempts or handed to decisions, so they are plain
// values.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>

#include "core/time.h"

namespace mayfly {

// Where exactly a launch goes; found before the launch and written down with the intent.
struct LaunchTarget {
  std::string zone;
  std::string subnet;
  std::string security_group;
  std::string image;        // resolved: an AMI id, an image slug
  std::string root_device;  // AWS: the image's own root device name
  std::string key_pair;     // EMR: the name of the EC2 key pair that opens the master

  bool operator==(const LaunchTarget&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaunchTarget, (),
                      (zone, subnet, security_group, image, root_device, key_pair))

// How a cloud may be used safely. Facts about the cloud, not settings.
struct CloudTraits {
  // The same token and parameters give the same machines: an ambiguous launch is simply repeated.
  bool idempotent_launch = false;
  // Machines of one launch call come all or none, and at most this many.
  int machines_per_launch = 1;
  // One listing covers all regions (DigitalOcean): observe with region "".
  bool lists_all_regions = false;
  // Ended machines stay listed as `terminated` for a while; where false, an ended one just
  // vanishes.
  bool shows_terminated = false;
  // How many times longer than a VM its machines may take to start: clusters take minutes.
  int boot_patience = 1;
  // Listings come at most this often: its limits bear no more, and nothing there changes faster.
  Duration poll_min{0};
};

}  // namespace mayfly
