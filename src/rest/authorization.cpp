#include "rest/authorization.h"

#include <sodium.h>

#include <algorithm>

namespace mayfly::rest {
namespace {

std::optional<std::string> base64_decoded(std::string_view text) {
  std::string bytes(text.size(), '\0');
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING}) {
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, variant) == 0) {
      bytes.resize(size);
      return bytes;
    }
  }
  return std::nullopt;
}

std::optional<Presented> read_basic(std::string_view encoded) {
  const auto pair = base64_decoded(encoded);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Presented{.user = pair->substr(0, colon), .token = Secret(pair->substr(colon + 1))};
}

Error not_understood() {
  return {.code = ErrorCode::unauthenticated,
          .message = "The Authorization header is not understood",
          .remedy = "Send 'Authorization: Bearer TOKEN', or Basic with your name and the token."};
}

Error not_the_users_token() {
  return {.code = ErrorCode::unauthenticated,
          .message = "The name and the token do not belong together",
          .remedy =
              "Send your own name with your token, or the token alone: "
              "'Authorization: Bearer TOKEN'."};
}

}  // namespace

std::optional<Presented> read_authorization(const http::Headers& headers) {
  const auto is_it = [](const http::Header& header) {
    return http::equals_ignoring_case(header.name, "Authorization");
  };
  const auto count = std::ranges::count_if(headers, is_it);
  if (count == 0) return Presented{};
  if (count > 1) return std::nullopt;
  const std::string_view value = std::ranges::find_if(headers, is_it)->value;
  const std::string_view scheme = value.substr(0, value.find(' '));
  const std::size_t begin = value.find_first_not_of(' ', scheme.size());
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view credentials = value.substr(begin);
  if (http::equals_ignoring_case(scheme, "Bearer")) {
    return Presented{.user = std::nullopt, .token = Secret(credentials)};
  }
  if (http::equals_ignoring_case(scheme, "Basic")) return read_basic(credentials);
  return std::nullopt;
}

boost::asio::awaitable<Result<service::Caller>> authenticate(service::Service& service,
                                                             const http::Headers& headers) {
  const auto presented = read_authorization(headers);
  if (!presented) co_return std::unexpected(not_understood());
  std::string token(presented->token.reveal());
  auto caller = co_await service.authenticate(std::move(token));
  // Of a token by Basic, nothing of OAuth's errors is true.
  if (!caller && presented->user) caller.error().extensions.erase("error");
  if (caller && !caller->admin && presented->user && *presented->user != caller->user) {
    co_return std::unexpected(not_the_users_token());
  }
  co_return caller;
}

}  // namespace mayfly::rest
