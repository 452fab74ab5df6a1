// Whose key it is. Cannot be denied, so it proves only that the key lives.
#pragma once

#include "clouds/aws/client.h"

namespace mayfly::clouds::aws {

// The caller in the key's own region, where a key is tested.
Caller at_home(Credentials credentials);

Work<Identity> caller_identity(SignedClient& client, Caller caller);

}  // namespace mayfly::clouds::aws
