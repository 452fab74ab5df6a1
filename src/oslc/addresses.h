// The addresses of our resources: made here, and read back here when a client names one in a body
// or a query. All are absolute. A target is part of an address (`?targetId=r-1`), as the worked
// example of the temporary-deployment scenario has it.
//
// A plan is `vm`, `cluster` or `template:NAME`. Requests and results of a launch have the id of
// their reservation, those of what follows up (its teardown, an extension, a restart) an id of
// their own. What has a preview has it below its own address. Plain values, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "oslc/dialect.h"
#include "service/automations.h"

namespace mayfly::oslc {

inline constexpr std::string_view kVmPlan = "vm";
inline constexpr std::string_view kClusterPlan = "cluster";
inline constexpr std::string_view kTemplatePlan = "template:";

enum class Place {
  catalog,            // /oslc/catalog
  root_services,      // /rootservices, /.well-known/oslc/rootservices.xml
  oauth1,             // /oslc/oauth1: says that there is none
  shape,              // /oslc/shapes/:id
  provider,           // /oslc/users/:user
  details,            // .../details
  plans,              // .../plans
  plan,               // .../plans/:plan
  future_action,      // .../plans/:plan/future-stop: an action; with a target a plan
  action_creation,    // .../future-stop/creation?targetId=
  action_template,    // .../future-stop/request-template?targetId=
  action_request,     // .../future-stop/requests/:id
  action_result,      // .../future-stop/results/:id
  requests,           // .../requests
  request,            // .../requests/:id
  results,            // .../results
  result,             // .../results/:id
  redeploy_template,  // .../results/:id/request-template
  prepared_factory,   // .../prepared
  prepared,           // .../prepared/:id
  deployment,         // .../deployments/:id
  request_shape,      // .../shapes/request: for creation, with the user's plans
  dialog,             // .../dialogs/:id: a page, and its descriptor
  prefilled,          // .../prefilled/:id: such a page, filled in beforehand
  icon,               // /oslc/icon.svg
  asset,              // /oslc/assets/:id: what pages consist of
};

enum class View { itself, compact, small_preview, large_preview };
// Plans, requests, results and deployments, of whatever was launched or followed up.
bool has_views(Place place);

struct Address {
  Place place = Place::catalog;
  std::string user = {};
  std::string plan = {};
  std::string id = {};
  std::optional<std::string> target = {};
  // Of those below future-stop, future-extend and future-restart.
  service::AutomationKind follow_up = service::AutomationKind::teardown;
  View view = View::itself;

  bool operator==(const Address&) const = default;
};

// The address that a path means: decoded segments, and the query's parameters.
std::optional<Address> read_address(const std::vector<std::string>& path,
                                    const std::vector<http::Parameter>& query);

class Addresses {
 public:
  // base: http://host:port, without a slash at its end.
  Addresses(std::string base, Dialect dialect) : base_(std::move(base)), dialect_(dialect) {}

  const std::string& base() const { return base_; }
  Dialect dialect() const { return dialect_; }
  std::string of(const Address& address) const;
  // An absolute IRI that means something of ours; nullopt for those of others.
  std::optional<Address> read(std::string_view iri) const;

 private:
  std::string base_;
  Dialect dialect_;
};

}  // namespace mayfly::oslc
