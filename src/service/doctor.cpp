#include "service/doctor_view.h"

#include <algorithm>

#include "model/clouds.h"

namespace mayfly::service {
namespace {

FindingOutcome worst_for(NeededFor wanted, const std::vector<Finding>& findings) {
  FindingOutcome worst = FindingOutcome::ok;
  for (const Finding& finding : findings) {
    const bool counts = finding.needed_for == wanted || finding.needed_for == NeededFor::all;
    if (counts) worst = std::max(worst, finding.outcome);
  }
  return worst;
}

}  // namespace

DoctorView view_of(const Key& key, clouds::Examination examination, Time now) {
  DoctorView view{.key = key.id,
                  .cloud = key.cloud,
                  .examined_at = now,
                  .vm = worst_for(NeededFor::vm, examination.findings)};
  if (!examination.region.empty()) view.region = examination.region;
  if (!driver_of(key.cloud, Kind::cluster).empty()) {
    view.cluster = worst_for(NeededFor::cluster, examination.findings);
  }
  view.findings = std::move(examination.findings);
  return view;
}

}  // namespace mayfly::service
