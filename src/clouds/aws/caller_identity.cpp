#include "clouds/aws/caller_identity.h"

namespace mayfly::clouds::aws {
namespace {

constexpr char kDefaultRegion[] = "us-east-1";

}  // namespace

Caller at_home(Credentials credentials) {
  std::string region = credentials.region.empty() ? kDefaultRegion : credentials.region;
  return {.credentials = std::move(credentials), .region = std::move(region)};
}

Work<Identity> caller_identity(SignedClient& client, Caller caller) {
  auto asking = client.sts(std::move(caller), sts_form("GetCallerIdentity"), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(asking));
  const pugi::xml_node result = child(answer.root(), "GetCallerIdentityResult");
  Identity identity{.account = text_at(result, {"Account"}), .name = text_at(result, {"Arn"})};
  if (identity.account.empty()) {
    co_return std::unexpected(unreadable_answer("GetCallerIdentity", "it names no account"));
  }
  co_return identity;
}

}  // namespace mayfly::clouds::aws
