// What is sent for an event: the call of a webhook, the text of an e-mail.
#pragma once

#include <string>
#include <vector>

#include "core/secret.h"
#include "http/client.h"
#include "mail/mail.h"
#include "notify/documents.h"
#include "notify/events.h"

namespace mayfly::notify {

// An event with the record that it is part of.
struct Told {
  const Record* record = nullptr;
  const Event* event = nullptr;
};

// A POST, signed with every secret as of `now`.
Result<http::Call> call_of(const Told& told, const std::string& url,
                           const std::vector<Secret>& secrets, Time now,
                           const std::string& version);

// One mail for one event, or for several. Precondition: not empty.
mail::Mail mail_of(const std::vector<Told>& told, const std::string& to);

}  // namespace mayfly::notify
