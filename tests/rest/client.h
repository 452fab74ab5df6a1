// A client that believes the OpenAPI document: every answer it gets must be one that the document
// promises, in status, media type and shape.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "http/raw_client.h"
#include "json/value.h"

namespace mayfly::rest {

struct Reply {
  int status = 0;
  http::Headers headers;
  std::string text;
  json::value body;  // null when it is no JSON

  std::string header(std::string_view name) const {
    return std::string(http::find_header(headers, name).value_or(""));
  }
  // The names in `errors`.
  std::vector<std::string> fields() const;
  bool names(std::string_view field) const;
};

class Client {
 public:
  Client(unsigned short port, std::string user, std::string token)
      : port_(port), user_(std::move(user)), token_(std::move(token)) {}

  // `path` is below /users/<user>/ unless it begins with a slash. A body is sent as JSON unless the
  // headers say otherwise.
  Reply ask(std::string_view method, std::string_view path, std::optional<std::string> body = {},
            http::Headers headers = {});
  // The same in two steps, for answers that take their time.
  http::RawClient begin(std::string_view method, std::string_view path,
                        std::optional<std::string> body = {}, http::Headers headers = {});
  Reply finish(http::RawClient& connection, std::string_view method, std::string_view path);

  const std::string& user() const { return user_; }
  const std::string& token() const { return token_; }
  // The published document.
  const json::value& document();

 private:
  std::string wire(std::string_view method, std::string_view target,
                   const std::optional<std::string>& body, http::Headers headers) const;
  std::string target_of(std::string_view path) const;
  void check_against_document(std::string_view method, std::string_view target, const Reply& reply);

  unsigned short port_;
  std::string user_;
  std::string token_;
  std::optional<http::RawClient> connection_;
  json::value document_;
};

}  // namespace mayfly::rest
