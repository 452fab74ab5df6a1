// A destroyed droplet vanishes, and with it everything that it could say about itself. What stays
// is the account's list of actions.
//
// Sure (DigitalOcean's OpenAPI document of August 2026 and its own command line's reference): GET
// /v2/actions lists all actions of the account in pages, to tokens with actions:read; completed
// ones are never removed; each has type, status, resource_type, resource_id, started_at,
// completed_at (null until it is completed, whole seconds); "destroy" is one of the types.
//
// Not promised: that the newest come first, which other clients rely on and which decides how far
// we read; and that the bill ends with completed_at and not with started_at, some seconds before.
// Where any of it is otherwise an id stays unstated, or a bill some seconds long.
#include <set>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"

namespace mayfly::clouds::digitalocean {
namespace {

// What is asked for, and what has been found.
class Ends {
 public:
  explicit Ends(const std::vector<std::string>& ids) : open_(ids.begin(), ids.end()) {}

  void read(const json::array& page) {
    for (const json::value& action : page) read_destroy(action);
    // Newest first: no later page has the end of what was created on this one.
    for (const json::value& action : page) {
      const auto droplet = droplet_of(action);
      if (droplet != open_.end() && text_of(action, "type") == "create") open_.erase(droplet);
    }
  }

  bool complete() const { return open_.empty(); }
  std::map<std::string, Time> stated() && { return std::move(stated_); }

 private:
  // Which of those asked for it is about; end() if none.
  std::set<std::string>::iterator droplet_of(const json::value& action) {
    const auto id = integer_of(action, "resource_id");
    if (!id || text_of(action, "resource_type") != "droplet") return open_.end();
    return open_.find(std::to_string(*id));
  }

  // One that is under way, or failed, ended nothing.
  void read_destroy(const json::value& action) {
    if (text_of(action, "type") != "destroy" || text_of(action, "status") != "completed") return;
    const auto at = parse_time(text_of(action, "completed_at").value_or(""));
    const auto droplet = droplet_of(action);
    if (!at || droplet == open_.end()) return;
    stated_[*droplet] = std::chrono::floor<std::chrono::seconds>(*at);
    open_.erase(droplet);
  }

  std::set<std::string> open_;
  std::map<std::string, Time> stated_;
};

}  // namespace

Work<std::map<std::string, Time>> Driver::ended(Credentials credentials,
                                                std::vector<std::string> ids) {
  const Listing listing{.operation = operation::kListActions,
                        .path = "/v2/actions",
                        .filter = {},
                        .member = "actions"};
  Ends ends(ids);
  for (int number = 1; number <= kActionPagesMax && !ends.complete(); ++number) {
    auto reading = read_page(api_, credentials.secret, listing, number);
    const CloudResult<Page> page = co_await std::move(reading);
    if (!page) co_return std::unexpected(page.error());
    ends.read(page->elements);
    if (!page->has_next) break;
  }
  co_return std::move(ends).stated();
}

}  // namespace mayfly::clouds::digitalocean
