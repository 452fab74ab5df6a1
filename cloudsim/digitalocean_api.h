// DigitalOcean's operations: each is a function from the request to the answer's JSON, run at the
// moment the call takes effect.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/sim/world.h"
#include "http/server.h"
#include "json/value.h"
#include "shop.h"
#include "virtual_clock.h"

namespace mayfly::cloudsim {

struct SshKey {
  std::int64_t id = 0;
  std::string name;
  std::string public_key;
  std::string fingerprint;  // MD5, in pairs
};

struct DigitalOcean {
  sim::World& world;
  const VirtualClock& clock;
  const Shop& shop;
  std::string account;
  std::set<std::string> tags;  // made on their own; those on droplets exist too
  std::vector<SshKey> keys;
  std::int64_t next_key = 512'189;
};

struct DropletsCall {
  std::vector<std::string> path;  // below v2
  std::vector<http::Parameter> query;
  json::value body;
  std::string base;  // http://127.0.0.1:5000, for links

  std::string parameter(std::string_view name) const;
};

// The answer's body; empty with 204.
using DropletsAction = sim::Outcome<std::string> (*)(DigitalOcean&, const DropletsCall&);

struct Route {
  std::string_view method;
  std::string_view path;  // below v2; * stands for one segment
  std::string_view operation;
  int status;
  DropletsAction run;
};
// nullptr: no such route.
const Route* find_route(std::string_view method, const std::vector<std::string>& path);

// do_droplets.cpp
sim::Outcome<std::string> list_droplets(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> create_droplets(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> read_droplet(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> delete_droplet(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> delete_droplets(DigitalOcean& state, const DropletsCall& call);
// do_actions.cpp
sim::Outcome<std::string> list_actions(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> read_action(DigitalOcean& state, const DropletsCall& call);
std::int64_t create_action_id(const sim::Machine& droplet);
// do_catalog.cpp
sim::Outcome<std::string> list_sizes(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> list_regions(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> list_images(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> read_image(DigitalOcean& state, const DropletsCall& call);
json::object size_json(DigitalOcean& state, const std::string& slug);
json::object region_json(const std::string& slug, json::array sizes);
json::object image_json(std::string_view slug);
// do_account.cpp
sim::Outcome<std::string> read_account(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> list_tags(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> create_tag(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> read_tag(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> delete_tag(DigitalOcean& state, const DropletsCall& call);
// do_keys.cpp
sim::Outcome<std::string> list_keys(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> create_key(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> read_key(DigitalOcean& state, const DropletsCall& call);
sim::Outcome<std::string> delete_key(DigitalOcean& state, const DropletsCall& call);

std::unexpected<sim::CloudError> unprocessable(std::string message);
std::unexpected<sim::CloudError> no_such_resource();

// One page of `items` under `member`, with links and meta as every listing has them.
sim::Outcome<std::string> page_of(const DropletsCall& call, const char* member, json::array items);
// The same without making what is not on the page: make(i) for the items asked for.
template <class Make>
sim::Outcome<std::string> page_of(const DropletsCall& call, const char* member, std::size_t total,
                                  Make make);

struct PageRange {
  std::size_t page = 1;
  std::size_t per_page = 20;
  std::size_t begin = 0;
  std::size_t end = 0;
};
sim::Outcome<PageRange> page_range(const DropletsCall& call, std::size_t total);
std::string print_page(const DropletsCall& call, const char* member, json::array items,
                       const PageRange& range, std::size_t total);

template <class Make>
sim::Outcome<std::string> page_of(const DropletsCall& call, const char* member, std::size_t total,
                                  Make make) {
  const auto range = page_range(call, total);
  if (!range) return std::unexpected(range.error());
  json::array items;
  for (std::size_t i = range->begin; i < range->end; ++i) items.push_back(make(i));
  return print_page(call, member, std::move(items), *range, total);
}

}  // namespace mayfly::cloudsim
