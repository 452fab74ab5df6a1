// Whether a key is alive and may look after clusters. EMR has no dry run: what a launch may do
// shows with the first launch.
#include "clouds/aws/caller_identity.h"
#include "clouds/emr/driver.h"

namespace mayfly::clouds::emr {

Work<Identity> Driver::check(Credentials credentials) {
  const Caller caller = aws::at_home(std::move(credentials));
  auto asking = aws::caller_identity(client_, caller);
  CO_TRY(Identity identity, co_await std::move(asking));
  json::object filter{{"ClusterStates", json::array{"STARTING"}}};
  auto listing = client_.emr(caller, "ListClusters", std::move(filter), aws::kReadDeadline);
  CO_TRY(const json::value answer, co_await std::move(listing));
  if (!read_listed(answer)) {
    co_return std::unexpected(aws::unreadable_answer("ListClusters", "it lists no clusters"));
  }
  co_return identity;
}

}  // namespace mayfly::clouds::emr
