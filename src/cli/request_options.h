// The options that say which machines or which cluster is wanted, and the request they make. Only
// what was given is sent: everything else is for the server, its defaults and its template to
// decide, and the server checks it all at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/surroundings.h"
#include "json/value.h"

namespace mayfly::cli {

// Of `--cluster` without `--nodes`: the smallest one whose work is shared.
inline constexpr int kNodesUnlessGiven = 3;

struct RequestOptions {
  bool cluster = false;
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> vcpus;
  std::optional<Gib> memory;
  std::optional<std::int64_t> disk;
  std::optional<std::string> arch;
  std::optional<std::string> image;
  std::vector<std::string> clouds;
  std::vector<std::string> regions;
  std::optional<std::string> type;
  std::optional<std::string> match;
  bool no_burstable = false;
  bool spread = false;
  std::optional<Money> max_price;
  std::optional<std::string> lease;
  std::optional<std::string> name;
  std::optional<std::string> ssh_key;    // a file, or -
  std::optional<std::string> user_data;  // a file, or -

  // Of clusters only.
  std::optional<std::int64_t> nodes;
  std::optional<std::string> release;
  std::vector<std::string> applications;
  bool spot_workers = false;
  std::optional<std::string> idle_timeout;
  std::optional<std::string> log_uri;
  std::optional<std::string> subnet;
  std::optional<std::string> open_to;
};

// Options of every request; `target` outlives the command line.
std::vector<Option> shape_options(RequestOptions& target);
// Further ones of a request that becomes a reservation.
std::vector<Option> launch_options(RequestOptions& target);

// Of a template, `overrides` are its changes: kind and count stay its own unless they are given.
enum class RequestUse { whole, overrides };

// Why these options cannot stand together, whatever the server says; empty when they can.
std::string contradiction(const RequestOptions& options, RequestUse use);

// Reads the files named.
Result<json::value> make_request(const RequestOptions& options, RequestUse use,
                                 const Surroundings& surroundings);

}  // namespace mayfly::cli
