// Which collections exist and what they can be found by. A new collection is one line here; so is a
// new index, but what was stored before is found by it only when it has been written again.
// `unique` indexes refuse a second document with the same value (ErrorCode::conflict).
#pragma once

#include <array>
#include <string_view>

namespace mayfly::store {

struct Index {
  std::string_view name;
  bool unique = false;
};

struct Collection {
  std::string_view name;
  std::array<Index, 8> indexes = {};  // empty names are unused slots
};

inline constexpr std::array kCollections = {
    Collection{"users", {{{"token", true}}}},
    Collection{"keys", {{{"user"}}}},
    // user: the owner; user_live: the owner, while anything of it can still cost money;
    // live: "1" until the tombstone has passed; user_month: the owner and the month of the end,
    // once there is one, so that what cost something in a month is found without reading all of it;
    // user_phase: the owner and how far it is (engine.h, Course).
    Collection{"reservations",
               {{{"user"}, {"user_live"}, {"live"}, {"user_month"}, {"user_phase"}}}},
    Collection{"templates", {{{"user"}}}},
    Collection{"idempotency", {}},
    // Machines with our tag that nothing answered for; open: "1" until observed gone.
    Collection{"strays", {{{"user"}, {"open"}}}},
    Collection{"settings", {}},
    Collection{"webhooks", {{{"user"}}}},
    Collection{"mailboxes", {}},
    // untold: "1" until it was made into deliveries; pending: "1" until one has ended.
    Collection{"outbox", {{{"user"}, {"untold"}}}},
    Collection{"deliveries", {{{"target"}, {"pending"}}}},
    // What automation tools said beyond a reservation; teardown_of: the reservation that is
    // followed up, user_asked: who asked for which kind of that; open: "1" while it was asked for
    // and is not done; user_plan: the owner of a launch and the plan that it was launched from.
    Collection{"automations",
               {{{"launched_by"},
                 {"prepared_by"},
                 {"teardown_of"},
                 {"open"},
                 {"user_asked"},
                 {"user_plan"},
                 {"asked_once", true}}}},
    // Dialogs that were filled in beforehand, in the order in which they expire.
    Collection{"prefills", {{{"user"}}}},
};

// nullptr: there is none of that name.
const Collection* find_collection(std::string_view name);
const Index* find_index(const Collection& collection, std::string_view name);

}  // namespace mayfly::store
