// HTTP messages as plain values, shared by the server and the client.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace mayfly::http {

struct Header {
  std::string name;  // as written; compared without case
  std::string value;
};
using Headers = std::vector<Header>;

// The first header of that name, compared without case; nullopt when absent.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

// One `name=value` of a query or form, percent-decoded.
struct Parameter {
  std::string name;
  std::string value;
};

// RFC 3986 percent-encoding: letters, digits and -._~ stay; everything else becomes %XX.
std::string percent_encode(std::string_view text);
// nullopt for a broken escape. plus_is_space as in forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
std::optional<std::vector<Parameter>> parse_form(std::string_view text);

std::string_view reason_phrase(int status);

}  // namespace mayfly::http
