#include "client.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/parse.h"
#include "rest/operation.h"
#include "schema_check.h"

namespace mayfly::rest {
namespace {

bool has(const http::Headers& headers, std::string_view name) {
  return http::find_header(headers, name).has_value();
}

std::vector<std::string> segments_of(std::string_view target) {
  std::vector<std::string> segments;
  std::string_view path = target.substr(0, target.find('?'));
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    segments.push_back(http::percent_decode(segment).value_or(""));
    path.remove_prefix(segment.size());
  }
  return segments;
}

const Router<const Operation*>& routes() {
  static const auto made = [] {
    Router<const Operation*> router;
    for (const Operation& operation : operations()) {
      router.add(std::string(operation.method), operation.path, &operation);
    }
    return router;
  }();
  return made;
}

// What the document says about an operation; found by its operationId.
const json::object& described(const json::value& document, std::string_view name) {
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& [method, operation] : path.value().as_object()) {
      if (operation.at("operationId").as_string() == name) return operation.as_object();
    }
  }
  ADD_FAILURE() << name << " is not in the document";
  static const json::object nothing;
  return nothing;
}

Reply reply_of(http::RawAnswer answer) {
  Reply reply{.status = answer.status,
              .headers = std::move(answer.headers),
              .text = std::move(answer.body)};
  if (auto parsed = json::parse(reply.text)) reply.body = *std::move(parsed);
  return reply;
}

}  // namespace

std::vector<std::string> Reply::fields() const {
  std::vector<std::string> names;
  const auto* object = body.if_object();
  const auto* errors = object ? object->if_contains("errors") : nullptr;
  for (const json::value& error : errors ? errors->as_array() : json::array()) {
    names.emplace_back(error.at("field").as_string());
  }
  return names;
}

bool Reply::names(std::string_view field) const {
  return std::ranges::any_of(fields(), [&](const std::string& name) {
    return name == field || name.starts_with(std::string(field) + ".");
  });
}

std::string Client::target_of(std::string_view path) const {
  if (path.starts_with('/')) return std::string(path);
  return path.empty() ? "/users/" + user_ : fmt::format("/users/{}/{}", user_, path);
}

std::string Client::wire(std::string_view method, std::string_view target,
                         const std::optional<std::string>& body, http::Headers headers) const {
  if (!token_.empty() && !has(headers, "Authorization")) {
    headers.push_back({"Authorization", "Bearer " + token_});
  }
  if (body && !has(headers, "Content-Type"))
    headers.push_back({"Content-Type", "application/json"});
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n", method, target);
  for (const http::Header& header : headers) {
    if (!header.value.empty() || header.name != "Content-Type")
      text += header.name + ": " + header.value + "\r\n";
  }
  if (body) text += fmt::format("Content-Length: {}\r\n", body->size());
  return text + "\r\n" + body.value_or("");
}

Reply Client::ask(std::string_view method, std::string_view path, std::optional<std::string> body,
                  http::Headers headers) {
  const std::string target = target_of(path);
  if (!connection_) connection_.emplace(port_);
  connection_->send(wire(method, target, body, std::move(headers)));
  Reply reply = reply_of(connection_->receive(method != "HEAD"));
  if (reply.status == 0 || reply.header("Connection") == "close") connection_.reset();
  check_against_document(method, target, reply);
  return reply;
}

http::RawClient Client::begin(std::string_view method, std::string_view path,
                              std::optional<std::string> body, http::Headers headers) {
  http::RawClient connection(port_);
  connection.send(wire(method, target_of(path), body, std::move(headers)));
  return connection;
}

Reply Client::finish(http::RawClient& connection, std::string_view method, std::string_view path) {
  Reply reply = reply_of(connection.receive());
  check_against_document(method, target_of(path), reply);
  return reply;
}

const json::value& Client::document() {
  if (document_.is_null()) {
    http::RawClient connection(port_);
    connection.send("GET /openapi.json HTTP/1.1\r\nHost: test\r\n\r\n");
    document_ = json::parse(connection.receive().body).value();
  }
  return document_;
}

void Client::check_against_document(std::string_view method, std::string_view target,
                                    const Reply& reply) {
  const std::string what =
      fmt::format("{} {} -> {} {}", method, target, reply.status, reply.text.substr(0, 500));
  EXPECT_LT(reply.status, 600) << what;
  EXPECT_NE(reply.status, 500) << what;
  const auto match = routes().find(method, segments_of(target));
  if (!match.target || method == "HEAD") return;
  const json::object& responses =
      described(document(), (*match.target)->name).at("responses").as_object();
  const auto* response = responses.if_contains(fmt::format("{}", reply.status));
  ASSERT_TRUE(response) << "not in the document: " << what;
  const SchemaCheck check(document());
  const auto* content = check.resolved(*response).if_contains("content");
  if (!content) {
    EXPECT_EQ(reply.text, "") << what;
    return;
  }
  const std::string type =
      reply.header("Content-Type").substr(0, reply.header("Content-Type").find(';'));
  const auto* media = content->as_object().if_contains(type);
  ASSERT_TRUE(media) << type << " is not in the document: " << what;
  if (type.ends_with("json")) EXPECT_EQ(check.wrong(media->at("schema"), reply.body), "") << what;
}

}  // namespace mayfly::rest
