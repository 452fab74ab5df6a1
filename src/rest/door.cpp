#include "rest/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/log.h"
#include "json/print.h"
#include "rest/authorization.h"
#include "rest/openapi.h"
#include "rest/operation.h"

namespace mayfly::rest {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kShortIdMax = 64;  // users, templates
constexpr std::size_t kIdMax = 200;
constexpr std::size_t kRequestIdMax = 128;
constexpr std::size_t kLoggedPathMax = 256;
constexpr std::string_view kNoRoute = "none";
constexpr std::string_view kAllMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST";

bool is_id(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && json::matches(json::Text::name, text);
}

std::unexpected<Error> no_such_path() {
  return fail(ErrorCode::not_found, "There is nothing at this address",
              "GET /openapi.json lists what there is.");
}

// Ids that cannot be ids name nothing that exists.
Result<void> check_ids(const Operation& operation, const Call& call) {
  for (const auto& [name, id] : call.path) {
    if (name == operation.makes) continue;
    if (!is_id(id, name == "TemplateId" ? kShortIdMax : kIdMax)) return no_such_path();
  }
  return {};
}

std::string loggable_path(std::string_view target) {
  std::string path(target.substr(0, std::min(target.find('?'), kLoggedPathMax)));
  std::ranges::replace_if(path, [](char c) { return c <= ' ' || c >= 0x7F; }, '?');
  return path;
}

class Door {
 public:
  Door(service::Service& service, Random& random, DoorOptions options);

  asio::awaitable<http::Response> handle(http::Request request);

 private:
  using Routes = Router<const Operation*>;
  // What is remembered of a request for the log; the request itself may be given away.
  struct Visit {
    Time begun;
    std::string id;
    std::string method;
    std::string path;
  };

  Visit begin(const http::Request& request) const;
  asio::awaitable<http::Response> respond(http::Request& request, const Routes::Match& match);
  asio::awaitable<Answer> perform(const Operation& operation, const http::Request& request,
                                  const PathParameters& path);
  asio::awaitable<Result<void>> admit(const Operation& operation, const Call& call);
  bool is_cross_origin(const Routes::Match& match) const {
    return cross_origin_.contains(match.pattern->text());
  }
  http::Response preflight(const Routes::Match& match) const;
  void finish(const Visit& visit, const Routes::Match& match, http::Response& response);

  service::Service& service_;
  Random& random_;
  const DoorOptions options_;
  Routes routes_;
  std::set<std::string, std::less<>> cross_origin_;  // patterns
  Metrics metrics_;
  const std::string openapi_;
  const Facilities facilities_;
};

Door::Door(service::Service& service, Random& random, DoorOptions options)
    : service_(service),
      random_(random),
      options_(std::move(options)),
      openapi_(json::print(openapi_document(operations(), options_.version))),
      facilities_{.service = service_,
                  .metrics = metrics_,
                  .openapi = openapi_,
                  .connections = options_.connections,
                  .base_url = options_.base_url,
                  .tokens_in_clear = options_.tokens_in_clear} {
  for (const Operation& operation : operations()) {
    routes_.add(std::string(operation.method), operation.path, &operation);
    if (operation.cross_origin) cross_origin_.emplace(operation.path);
  }
}

asio::awaitable<http::Response> Door::handle(http::Request request) {
  const Visit visit = begin(request);
  const Routes::Match match = routes_.find(request.method, request.path);
  http::Response response = co_await respond(request, match);
  finish(visit, match, response);
  co_return response;
}

Door::Visit Door::begin(const http::Request& request) const {
  Visit visit{.begun = service_.now(),
              .id = std::string(request.header("X-Request-Id").value_or("")),
              .method = request.method.substr(0, kShortIdMax),
              .path = loggable_path(request.target)};
  if (!http::is_token(visit.id) || visit.id.size() > kRequestIdMax) {
    visit.id = fmt::format("{:016x}", random_.next());
  }
  return visit;
}

asio::awaitable<http::Response> Door::respond(http::Request& request, const Routes::Match& match) {
  if (!match.pattern) {
    if (request.method == "OPTIONS" && request.target == "*") {
      co_return http::Response{.status = 204, .headers = {{"Allow", std::string(kAllMethods)}}};
    }
    if (!options_.otherwise) co_return problem_response(no_such_path().error());
    co_return co_await options_.otherwise(std::move(request));
  }
  if (request.method == "OPTIONS") co_return preflight(match);
  if (!match.target) {
    const Error refused{.code = ErrorCode::method_not_allowed,
                        .message = "This address does not know that method",
                        .remedy = "It knows " + match.allow + "."};
    http::Response response = problem_response(refused);
    response.headers.push_back({"Allow", match.allow});
    co_return response;
  }
  Answer answer = co_await perform(**match.target, request, match.parameters);
  co_return answer ? *std::move(answer) : problem_response(answer.error());
}

http::Response Door::preflight(const Routes::Match& match) const {
  http::Response response{.status = 204, .headers = {{"Allow", match.allow}}};
  if (!is_cross_origin(match)) return response;
  response.headers.push_back({"Access-Control-Allow-Methods", match.allow});
  response.headers.push_back(
      {"Access-Control-Allow-Headers", "Accept, Authorization, Content-Type"});
  response.headers.push_back({"Access-Control-Max-Age", "3600"});
  return response;
}

asio::awaitable<Answer> Door::perform(const Operation& operation, const http::Request& request,
                                      const PathParameters& path) {
  Call call{.facilities = facilities_, .http = request, .path = path};
  if (const auto user = path.find("UserId"); user != path.end()) {
    // Nobody can have such a name, so saying so gives nothing away.
    if (!is_id(user->second, kShortIdMax)) co_return no_such_path();
    call.user = user->second;
  }
  if (auto admitted = co_await admit(operation, call); !admitted) {
    co_return std::unexpected(std::move(admitted).error());
  }
  if (auto good = check_ids(operation, call); !good) {
    co_return std::unexpected(std::move(good).error());
  }
  CO_TRY(call.query, read_query(operation.query, request.query));
  CO_TRY(call.body, read_body(operation.body, request));
  call.preferences = read_preferences(request.headers);
  co_return co_await operation.handle(call);
}

asio::awaitable<Result<void>> Door::admit(const Operation& operation, const Call& call) {
  const bool open = operation.access == Access::observer && options_.open_metrics;
  if (open || operation.access == Access::anyone) co_return Result<void>{};
  auto caller = co_await authenticate(service_, call.http.headers);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  if (operation.access == Access::observer) {
    if (caller->admin) co_return Result<void>{};
    co_return fail(ErrorCode::forbidden, "Only admins may see the metrics of this server");
  }
  if (auto allowed = service_.authorise(*caller, call.user); !allowed) {
    co_return std::unexpected(std::move(allowed).error());
  }
  if (operation.access == Access::admin && !caller->admin)
    co_return fail(ErrorCode::forbidden, "Only admins may change this");
  if (caller->user == call.user) co_return Result<void>{};
  // An admin who acts for somebody: that somebody must exist.
  auto user = co_await service_.get_user(call.user);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return Result<void>{};
}

void Door::finish(const Visit& visit, const Routes::Match& match, http::Response& response) {
  http::Headers& headers = response.headers;
  headers.push_back({"X-Request-Id", visit.id});
  if (match.pattern || !options_.otherwise) {
    headers.push_back({"X-Content-Type-Options", "nosniff"});
    if (!http::find_header(headers, "Cache-Control"))
      headers.push_back({"Cache-Control", "no-store"});
  }
  if (match.pattern && is_cross_origin(match))
    headers.push_back({"Access-Control-Allow-Origin", "*"});
  const Duration took = std::max(Duration::zero(), service_.now() - visit.begun);
  metrics_.count(match.pattern ? match.pattern->text() : kNoRoute, visit.method, response.status,
                 took);
  // Probes and scrapes come all day long.
  const bool quiet = match.target && (*match.target)->access != Access::owner;
  (quiet ? &log::debug : &log::info)(
      "request", {{"id", visit.id},
                  {"method", visit.method},
                  {"path", visit.path},
                  {"status", response.status},
                  {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

}  // namespace

http::Handler make_handler(service::Service& service, Random& random, DoorOptions options) {
  auto door = std::make_shared<Door>(service, random, std::move(options));
  return [door](http::Request request) { return door->handle(std::move(request)); };
}

}  // namespace mayfly::rest
