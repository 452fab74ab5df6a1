// The Cloud port: what every cloud can do for us. Speaks of launches, instances and tags and knows
// no reservations; whoever calls has already written down what it is about to do.
//
// Every answer says what it means for the caller (Reaction), because each cloud's own codes are
// only known here. No call is repeated in here after it may have had an effect: repeating is the
// caller's decision, with the identical LaunchSpec.
//
// Threads: members may be called from the Loop named; `done` runs there. Every call ends by its own
// deadline. A driver's own caches (images, zones) are its business and never older than a day.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clouds/limits.h"
#include "core/loop.h"
#include "core/secret.h"
#include "model/cloud_failure.h"
#include "model/cluster.h"
#include "model/finding.h"
#include "model/instance.h"
#include "model/launch.h"
#include "model/offer.h"

namespace mayfly::clouds {

// A user's key, opened. AWS: id = access key id, secret = secret access key. DigitalOcean: secret =
// token.
struct Credentials {
  std::string key_id;  // ours: for caches and rate limits
  std::string id;
  Secret secret;
  Secret session_token;  // AWS temporary credentials only
  std::string region;    // where the key itself is tested (AWS); empty = the cloud's default
};

struct Identity {
  std::string account;               // AWS account number; DigitalOcean team or account uuid
  std::string name;                  // AWS Arn; DigitalOcean e-mail
  std::vector<std::string> regions;  // enabled for the account; empty = the cloud did not say
  int machines_max =
      0;  // the account's own limit where the cloud tells it (droplet_limit); 0 = unknown
};

struct Examination {
  std::string region;  // that was looked at; empty: the cloud's keys hold everywhere
  std::vector<Finding> findings;
};

struct PrepareSpec {
  std::string region;
  std::string instance_type;
  Arch arch = Arch::x86_64;
  std::string image;  // as the request names it
  std::optional<ClusterSpec> cluster;
  std::string ssh_public_key;  // of a cluster: opens its master; a VM has it in its user data
};

struct LaunchSpec {
  std::string region;
  std::string instance_type;
  LaunchTarget target;
  int disk_gib = 0;
  std::vector<std::string> names;  // one machine each; unique for ever
  std::string token;      // idempotency token, <= 64 ASCII; unused where the cloud has none
  std::string user_data;  // complete, see user_data.h
  std::map<std::string, std::string> tags;
  std::optional<ClusterSpec> cluster;
};

class Cloud {
 public:
  virtual ~Cloud() = default;

  virtual std::string_view name() const = 0;
  virtual const CloudTraits& traits() const = 0;
  // What whoever calls has to keep to.
  virtual const RateLimits& limits() const { return no_limits(); }
  // What the cloud last said is left of this credential's limit. From any thread.
  virtual std::optional<Allowance> allowance(const std::string& key_id) const {
    static_cast<void>(key_id);
    return std::nullopt;
  }

  // Proves that the credentials are alive and may launch. Costs nothing.
  virtual void check(const Credentials& credentials, Loop& loop,
                     Done<CloudResult<Identity>> done) = 0;

  // Says of each thing that Mayfly needs whether the credentials have it, and how to mend what is
  // missing. Reads and dry runs only: nothing is made, and it costs nothing. region: empty for the
  // key's own. A key that is refused is a finding; a failure is that nothing could be found out.
  // Unless a driver knows more: what check() says.
  virtual void examine(const Credentials& credentials, std::string region, Loop& loop,
                       Done<CloudResult<Examination>> done);

  // Finds image, zones and network; one target per zone to try, best first, never empty. May create
  // the shared, free security group. Starts nothing.
  virtual void prepare(const Credentials& credentials, PrepareSpec spec, Loop& loop,
                       Done<CloudResult<std::vector<LaunchTarget>>> done) = 0;

  // Starts the named machines: all of them or, on a definite failure, none. On `ambiguous`, any.
  virtual void launch(const Credentials& credentials, LaunchSpec spec, Loop& loop,
                      Done<CloudResult<std::vector<Instance>>> done) = 0;

  // What carries these tags and, where names are visible before tags, these names; in whatever
  // state.
  struct LookUp {
    std::string region;
    std::map<std::string, std::string> tags;
    std::vector<std::string> names;
  };
  virtual void look_up(const Credentials& credentials, LookUp what, Loop& loop,
                       Done<CloudResult<std::vector<Instance>>> done) = 0;

  // Everything in the region that carries our installation's tag, all pages, in every state the
  // cloud still shows. Success means the listing is complete.
  virtual void list(const Credentials& credentials, std::string region, std::string installation,
                    Loop& loop, Done<CloudResult<std::vector<Instance>>> done) = 0;

  // The same, and what a cloud leaves out of its everyday listing to spare calls (DigitalOcean: GPU
  // droplets) is asked for each time.
  virtual void list_everything(const Credentials& credentials, std::string region,
                               std::string installation, Loop& loop,
                               Done<CloudResult<std::vector<Instance>>> done) {
    list(credentials, std::move(region), std::move(installation), loop, std::move(done));
  }

  // Asks the cloud to end these. Success = every id was accepted or is not known; gone is only ever
  // observed. An unknown id is told apart, because it may be one that is not visible yet.
  struct Terminated {
    std::vector<std::string> not_found;
  };
  virtual void terminate(const Credentials& credentials, std::string region,
                         std::vector<std::string> ids, Loop& loop,
                         Done<CloudResult<Terminated>> done) = 0;

  // When the bill of these ended machines stopped, as the cloud's own records say, to the second.
  // Ids that it does not state (any more, or ever) are left out. A cloud without such records
  // states none.
  virtual void ended(const Credentials& credentials, std::string region,
                     std::vector<std::string> ids, Loop& loop,
                     Done<CloudResult<std::map<std::string, Time>>> done) {
    static_cast<void>(credentials), static_cast<void>(region), static_cast<void>(ids);
    loop.post([done = std::move(done)]() mutable { done({}); });
  }
};

}  // namespace mayfly::clouds
