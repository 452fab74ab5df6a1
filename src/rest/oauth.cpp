// OAuth 2 for clients that know nothing else: client credentials (RFC 6749 section 4.4) and where
// they are to be had (RFC 8414). The client is the user: its id the user's name, its secret the
// user's own token. What comes out is good wherever the user's own token is, for an hour, or until
// its client revokes it (RFC 7009).

#include <algorithm>
#include <chrono>

#include "json/print.h"
#include "rest/authorization.h"
#include "rest/base.h"
#include "rest/operation.h"
#include "rest/problem.h"

namespace mayfly::rest {

struct AccessTokenView {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;
};
BOOST_DESCRIBE_STRUCT(AccessTokenView, (), (access_token, token_type, expires_in))

struct OAuthError {
  std::string error;
  std::string error_description;
};
BOOST_DESCRIBE_STRUCT(OAuthError, (), (error, error_description))

struct OAuthServer {
  std::string issuer;
  std::string token_endpoint;
  std::string revocation_endpoint;
  std::vector<std::string> grant_types_supported = {"client_credentials"};
  std::vector<std::string> token_endpoint_auth_methods_supported = {"client_secret_basic",
                                                                    "client_secret_post"};
  std::vector<std::string> revocation_endpoint_auth_methods_supported =
      token_endpoint_auth_methods_supported;
  std::vector<std::string> response_types_supported;  // none: nobody is asked for consent
};
BOOST_DESCRIBE_STRUCT(OAuthServer, (),
                      (issuer, token_endpoint, revocation_endpoint, grant_types_supported,
                       token_endpoint_auth_methods_supported,
                       revocation_endpoint_auth_methods_supported, response_types_supported))

namespace {

// OAuth's own are six; more are passed over, as they have to be, but not without end.
constexpr std::size_t kFormParametersMax = 32;

using Failed = std::unexpected<http::Response>;

Failed refuse_oauth(std::string error, std::string why) {
  const bool is_client = error == "invalid_client";
  http::Response response =
      json_response(is_client ? 401 : 400, OAuthError{std::move(error), std::move(why)});
  if (is_client) response.headers.push_back({"WWW-Authenticate", "Basic realm=\"mayfly\""});
  return Failed(std::move(response));
}

bool is_form_media_type(std::string_view type) {
  std::string_view name = type.substr(0, type.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return http::equals_ignoring_case(name, "application/x-www-form-urlencoded");
}

using Form = std::vector<http::Parameter>;

// Empty when absent: an empty value means the same (RFC 6749 section 3.2).
std::string value_of(const Form& form, std::string_view name) {
  const auto found = std::ranges::find(form, name, &http::Parameter::name);
  return found == form.end() ? std::string() : found->value;
}

std::expected<Form, http::Response> read_oauth_form(const http::Request& request) {
  if (!is_form_media_type(request.header("Content-Type").value_or("")))
    return refuse_oauth("invalid_request", "The body must be application/x-www-form-urlencoded");
  auto form = http::parse_form(request.body);
  if (!form) return refuse_oauth("invalid_request", "The body is no form");
  if (form->size() > kFormParametersMax)
    return refuse_oauth("invalid_request", "Nobody needs so many parameters");
  for (const http::Parameter& parameter : *form) {
    if (std::ranges::count(*form, parameter.name, &http::Parameter::name) > 1)
      return refuse_oauth("invalid_request", "A parameter is given more than once");
  }
  return *std::move(form);
}

std::expected<Form, http::Response> read_token_request(const http::Request& request) {
  auto form = read_oauth_form(request);
  if (!form) return form;
  const std::string grant = value_of(*form, "grant_type");
  if (grant.empty()) return refuse_oauth("invalid_request", "grant_type is missing");
  if (grant != "client_credentials")
    return refuse_oauth("unsupported_grant_type", "Only client_credentials are known here");
  if (!value_of(*form, "scope").empty())
    return refuse_oauth("invalid_scope", "There are no scopes: leave it out");
  return form;
}

struct ClientCredentials {
  std::string id;
  Secret secret;
};

// From the header, in which both are form-encoded (RFC 6749 section 2.3.1), or from the form.
std::expected<ClientCredentials, http::Response> read_client(const http::Request& request,
                                                             const Form& form) {
  const Secret in_form(value_of(form, "client_secret"));
  const std::string id = value_of(form, "client_id");
  if (!request.header("Authorization")) {
    if (id.empty() || in_form.empty())
      return refuse_oauth("invalid_client", "Who asks? Send the user's name and token by Basic");
    return ClientCredentials{id, in_form};
  }
  const auto presented = read_authorization(request.headers);
  if (!presented || !presented->user)
    return refuse_oauth("invalid_client", "The Authorization header must be Basic");
  const auto name = http::percent_decode(*presented->user, true);
  const auto secret = http::percent_decode(presented->token.reveal(), true);
  if (!name || !secret) return refuse_oauth("invalid_client", "A broken escape");
  if (!in_form.empty() || (!id.empty() && id != *name))
    return refuse_oauth("invalid_request", "Authenticate by the header or by the form, not both");
  return ClientCredentials{*name, Secret(*secret)};
}

boost::asio::awaitable<http::Response> answer_token_request(Call& call) {
  if (!call.http.secure && !call.facilities.tokens_in_clear) {
    co_return refuse_oauth("invalid_request", "Tokens are given over https only").error();
  }
  const auto form = read_token_request(call.http);
  if (!form) co_return form.error();
  const auto client = read_client(call.http, *form);
  if (!client) co_return client.error();
  std::string secret(client->secret.reveal());
  const auto issued = co_await call.service().issue_access_token(client->id, std::move(secret));
  if (!issued && issued.error().code == ErrorCode::unauthenticated)
    co_return refuse_oauth("invalid_client", issued.error().message).error();
  if (!issued) co_return problem_response(issued.error());
  co_return json_response(
      200,
      AccessTokenView{
          .access_token = std::string(issued->token.reveal()),
          .expires_in = std::chrono::duration_cast<std::chrono::seconds>(issued->life).count()});
}

// What is no token of ours is as good as revoked (RFC 7009 section 2.2); a user's own is a token,
// and not one that is ended here.
boost::asio::awaitable<http::Response> answer_revocation(Call& call) {
  const auto form = read_oauth_form(call.http);
  if (!form) co_return form.error();
  const auto client = read_client(call.http, *form);
  if (!client) co_return client.error();
  const std::string token = value_of(*form, "token");
  if (token.empty()) co_return refuse_oauth("invalid_request", "token is missing").error();
  const auto revoked = co_await call.service().revoke_access_token(
      client->id, std::string(client->secret.reveal()), token);
  if (!revoked && revoked.error().code == ErrorCode::unauthenticated)
    co_return refuse_oauth("invalid_client", revoked.error().message).error();
  if (!revoked && revoked.error().code == ErrorCode::forbidden)
    co_return refuse_oauth("invalid_request", revoked.error().message).error();
  if (!revoked) co_return problem_response(revoked.error());
  if (client->secret.equals(token))
    co_return refuse_oauth("unsupported_token_type",
                           "A user's own token is not ended here: `mayfly user token` at the "
                           "server gives another")
        .error();
  co_return http::Response{.status = 200};
}

boost::asio::awaitable<Answer> post_token(Call& call) {
  http::Response response = co_await answer_token_request(call);
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Pragma", "no-cache"});
  co_return response;
}

boost::asio::awaitable<Answer> post_revocation(Call& call) {
  http::Response response = co_await answer_revocation(call);
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

boost::asio::awaitable<Answer> get_oauth_server(Call& call) {
  const std::string base = base_of(call.http, call.facilities.base_url);
  http::Response response =
      json_response(200, OAuthServer{.issuer = base,
                                     .token_endpoint = base + "/oauth2/token",
                                     .revocation_endpoint = base + "/oauth2/revoke"});
  response.headers.push_back({"Cache-Control", "public, max-age=300"});
  co_return response;
}

json::object text_schema(std::string_view description) {
  return {{"type", "string"}, {"description", description}};
}

json::object token_request_schema(json::Schemas&) {
  return {{"type", "object"},
          {"properties",
           json::object{{"grant_type", json::object{{"const", "client_credentials"}}},
                        {"client_id", text_schema("The user's name, unless Basic says it.")},
                        {"client_secret", text_schema("The user's own token, likewise.")},
                        {"scope", json::object{{"const", ""}}}}},
          {"required", json::array{"grant_type"}}};
}

json::object revocation_schema(json::Schemas&) {
  return {{"type", "object"},
          {"properties",
           json::object{{"token", text_schema("An access token of this client.")},
                        {"token_type_hint", text_schema("Not needed: there is one type.")},
                        {"client_id", text_schema("The user's name, unless Basic says it.")},
                        {"client_secret", text_schema("The user's own token, likewise.")}}},
          {"required", json::array{"token"}}};
}

}  // namespace

std::vector<Operation> oauth_operations() {
  return {
      {.method = "POST",
       .path = "/oauth2/token",
       .name = "postOAuthToken",
       .doc = "A token that ends by itself, by OAuth 2's client credentials (RFC 6749, 4.4).",
       .handle = &post_token,
       .access = Access::anyone,
       .body = Body::form,
       .takes = &token_request_schema,
       .replies = {{.doc = "The token: Bearer, as good as the user's own.",
                    .schema = &schema_of<AccessTokenView>},
                   {.status = 400,
                    .doc = "invalid_request, unsupported_grant_type or invalid_scope.",
                    .schema = &schema_of<OAuthError>},
                   {.status = 401,
                    .doc = "invalid_client: name and token do not belong together.",
                    .schema = &schema_of<OAuthError>}},
       .problems = {503},
       .cross_origin = true},
      {.method = "POST",
       .path = "/oauth2/revoke",
       .name = "postOAuthRevocation",
       .doc = "Ends an access token before its time (RFC 7009).",
       .handle = &post_revocation,
       .access = Access::anyone,
       .body = Body::form,
       .takes = &revocation_schema,
       .replies = {{.doc = "It is good for nothing, now or already."},
                   {.status = 400,
                    .doc = "invalid_request, or unsupported_token_type: the user's own token.",
                    .schema = &schema_of<OAuthError>},
                   {.status = 401,
                    .doc = "invalid_client: name and token do not belong together.",
                    .schema = &schema_of<OAuthError>}},
       .problems = {503},
       .cross_origin = true},
      {.method = "GET",
       .path = "/.well-known/oauth-authorization-server",
       .name = "getOAuthServer",
       .doc = "Where tokens are to be had, and how (RFC 8414).",
       .handle = &get_oauth_server,
       .access = Access::anyone,
       .replies = {{.doc = "The server's metadata.", .schema = &schema_of<OAuthServer>}},
       .cross_origin = true},
  };
}

}  // namespace mayfly::rest
