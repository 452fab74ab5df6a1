// AWS's sentences, for the tables that classify them and for people.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::clouds {

// Whether the message has that word in it, in whatever case. word: lower case.
bool says(std::string_view message, std::string_view word);

// What may be shown and logged of a message: its first line and no more, because after it
// SignatureDoesNotMatch repeats our headers, session token included, and UnauthorizedOperation an
// encoded blob that only the account's owner can read. Without the dot at its end.
std::string aws_words(std::string_view message);

}  // namespace mayfly::clouds
