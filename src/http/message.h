// HTTP messages as plain values, shared by the server and the client.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly::http {

struct Header {
  std::string name;  // as written; compared without case
  std::string value;
  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

// The first header of that name, compared without case; nullopt when absent.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
// What a method and a header's name consist of (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);
bool is_utf8(std::string_view text);

// One `name=value` of a query or form, percent-decoded.
struct Parameter {
  std::string name;
  std::string value;
  bool operator==(const Parameter&) const = default;
};

// RFC 3986 percent-encoding: letters, digits and -._~ stay; everything else becomes %XX.
std::string percent_encode(std::string_view text);
// nullopt for a broken escape. plus_is_space as in forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
// `a=1&b=two+words`: in the order written, repeated names kept, a missing `=` is an empty value;
// nullopt for a broken escape.
std::optional<std::vector<Parameter>> parse_form(std::string_view text);

std::string_view reason_phrase(int status);

}  // namespace mayfly::http
