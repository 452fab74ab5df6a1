// The published texts of Automation 2.1 and Actions 2.0 and the drafts of 2014 name the same things
// differently. We speak both at once unless the installation's setting says otherwise; we always
// understand both.
#pragma once

namespace mayfly::oslc {

enum class Dialect { both, published, draft_2014 };

constexpr bool speaks_published(Dialect dialect) {
  return dialect != Dialect::draft_2014;
}
constexpr bool speaks_draft(Dialect dialect) {
  return dialect != Dialect::published;
}

}  // namespace mayfly::oslc
