#include "clouds/aws/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "clouds/aws/http_date.h"
#include "clouds/aws/refusal.h"
#include "clouds/aws/sigv4.h"
#include "clouds/classify.h"
#include "core/log.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::clouds::aws {
namespace {

// AWS takes requests that are at most five minutes old. Below four the clock is not what it minds.
constexpr Duration kClockTolerance = 4min;
constexpr std::size_t kAnswerMax = 32u << 20;  // a thousand machines are about 5 MB
constexpr char kFormType[] = "application/x-www-form-urlencoded; charset=utf-8";
constexpr char kJsonType[] = "application/x-amz-json-1.1";
constexpr std::string_view kEmrService = "elasticmapreduce";
constexpr char kIamRegion[] = "us-east-1";  // where its calls are signed for

struct Url {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
};

// IAM is one for all regions; the other services have a host in each.
std::string url_of(std::string_view service, std::string_view region) {
  if (service == "iam") return "https://iam.amazonaws.com/";
  return fmt::format("https://{}.{}.amazonaws.com/", service, region);
}

Url split_url(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  Url parts{url.substr(0, host - 3), url.substr(host, path - host), url.substr(path)};
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

// The Host header as every HTTP client writes it: without the scheme's own port.
std::string host_header(const Url& url) {
  const std::string_view usual = url.scheme == "https" ? ":443" : ":80";
  std::string_view host = url.authority;
  if (host.ends_with(usual)) host.remove_suffix(usual.size());
  return std::string(host);
}

std::optional<Duration> retry_after(const http::Answer& answer) {
  const auto text = answer.header("Retry-After");
  int seconds = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  const bool whole = error == std::errc{} && end == text->data() + text->size() && seconds >= 0;
  return whole ? std::optional<Duration>(std::chrono::seconds(seconds)) : std::nullopt;
}

// Refusals that a wrong clock can cause; each of them can have another cause, too.
bool may_mean_wrong_clock(std::string_view code) {
  static constexpr std::array<std::string_view, 5> kCodes = {
      "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
      "InvalidSignatureException", "AuthFailure"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

CloudFailure no_answer(std::string_view operation, const http::CallFailure& failure, bool in_time) {
  if (failure.reached == http::Reached::no) {
    return {.reaction = Reaction::again,
            .code = "Unreachable",
            .message = fmt::format("AWS could not be reached for '{}': {}. Nothing was sent.",
                                   operation, failure.message)};
  }
  return {.reaction = Reaction::ambiguous,
          .code = in_time ? "ConnectionLost" : "Timeout",
          .message = fmt::format("AWS did not answer '{}': {}. It may have happened.", operation,
                                 failure.message)};
}

// Of what we send, only the session token is a secret; a refusal may quote the request.
void remove_secret(std::string_view secret, std::string& text) {
  if (secret.empty()) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
  }
}

// Nothing else may come into a header or a host name: it could end it and begin another.
bool can_be_header(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool can_be_region(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, fits);
}

// What is wrong with the caller before anything is sent, if anything is.
std::optional<CloudFailure> unfit(const Caller& caller, std::string_view operation) {
  const Credentials& key = caller.credentials;
  if (!can_be_region(caller.region)) {
    return CloudFailure{
        .reaction = Reaction::skip_region,
        .code = "InvalidRegion",
        .message = fmt::format("'{}' was not sent: AWS has no region of that name. Use one "
                               "like us-east-1.",
                               operation)};
  }
  if (!key.id.empty() && !key.secret.empty() && can_be_header(key.id) &&
      can_be_header(key.session_token.reveal())) {
    return std::nullopt;
  }
  return CloudFailure{
      .reaction = Reaction::key_refused,
      .code = "InvalidKey",
      .message = fmt::format("'{}' was not sent: the access key is empty or holds characters "
                             "that no AWS key has. Store a valid pair.",
                             operation)};
}

}  // namespace

CloudFailure unreadable_answer(std::string_view operation, std::string_view why) {
  return {
      .reaction = Reaction::ambiguous,
      .code = "UnreadableAnswer",
      .message = fmt::format("AWS answered '{}' with something unreadable: {}.", operation, why)};
}

SignedClient::SignedClient(boost::asio::any_io_executor executor, http::Client& http,
                           const Clock& clock, std::string endpoint)
    : loop_(std::move(executor)), http_(http), clock_(clock), endpoint_(std::move(endpoint)) {}

http::Call SignedClient::signed_call(const Caller& caller, const Message& message) const {
  http::Call call{.method = "POST",
                  .body = message.body,
                  .deadline = message.deadline,
                  .response_max = kAnswerMax};
  call.url = endpoint_.empty() ? url_of(message.service, caller.region) : endpoint_;
  const Url url = split_url(call.url);
  Signable request{.path = url.path, .headers = message.headers, .body = message.body};
  request.headers.push_back({"Host", host_header(url)});
  http::Headers signature = sign(request, caller.credentials, caller.region, message.service,
                                 clock_.now() + clock_offset_);
  call.headers = message.headers;
  call.headers.insert(call.headers.end(), signature.begin(), signature.end());
  return call;
}

bool SignedClient::was_misdated(const http::Answer& refusal, std::string_view code,
                                Duration dated_with) {
  if (!may_mean_wrong_clock(code)) return false;
  const auto date = refusal.header("Date");
  const std::optional<Time> theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return false;
  const Duration offset = *theirs - clock_.now();
  if (std::chrono::abs(offset - dated_with) < kClockTolerance) return false;
  // Calls that were under way together are refused together; the first one corrects for all.
  if (std::chrono::abs(offset - clock_offset_) < kClockTolerance) return true;
  log::warning("AWS's clock and ours differ; requests are dated by AWS's",
               {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(offset).count()}});
  clock_offset_ = offset;
  return true;
}

void SignedClient::note_clock(const http::Answer& answer) {
  const auto date = answer.header("Date");
  const std::optional<Time> theirs = date ? parse_http_date(*date) : std::nullopt;
  if (theirs) clock_difference_ = *theirs - clock_.now();
}

Work<std::string> SignedClient::call(Caller caller, Message message) {
  if (std::optional<CloudFailure> failure = unfit(caller, message.operation)) {
    co_return std::unexpected(std::move(*failure));
  }
  for (bool repeated = false;; repeated = true) {
    const Time sent_at = clock_.now();
    const Duration dated_with = clock_offset_;
    http::Call request = signed_call(caller, message);
    auto start = [this, &request](Done<http::CallResult> done) {
      http_.send(std::move(request), loop_, std::move(done));
    };
    auto answering = http::await_done<http::CallResult>(std::move(start));
    http::CallResult result = co_await std::move(answering);
    if (!result) {
      const bool in_time = clock_.now() - sent_at < message.deadline;
      co_return std::unexpected(no_answer(message.operation, result.error(), in_time));
    }
    note_clock(*result);
    if (result->status >= 200 && result->status < 300) co_return std::move(result->body);
    const Refusal refusal = read_refusal(result->body);
    if (!repeated && was_misdated(*result, refusal.code, dated_with)) continue;
    const auto classify = message.service == kEmrService ? classify_emr : classify_aws;
    CloudFailure failure =
        classify(message.operation, refusal.code, result->status, refusal.message);
    failure.retry_after = retry_after(*result);
    remove_secret(caller.credentials.session_token.reveal(), failure.message);
    co_return std::unexpected(std::move(failure));
  }
}

Work<Xml> SignedClient::query(Caller caller, std::string service, Form form, Duration deadline) {
  Message message{.service = std::move(service),
                  .operation = form.action(),
                  .headers = {{"Content-Type", kFormType}},
                  .body = form.body(),
                  .deadline = deadline};
  const CloudResult<std::string> body = co_await call(std::move(caller), std::move(message));
  if (!body) co_return std::unexpected(body.error());
  std::optional<Xml> xml = Xml::parse(*body);
  if (!xml) co_return std::unexpected(unreadable_answer(form.action(), "it is not XML"));
  co_return std::move(*xml);
}

Work<Xml> SignedClient::ec2(Caller caller, Form form, Duration deadline) {
  return query(std::move(caller), "ec2", std::move(form), deadline);
}

Work<Xml> SignedClient::sts(Caller caller, Form form, Duration deadline) {
  return query(std::move(caller), "sts", std::move(form), deadline);
}

Work<Xml> SignedClient::iam(Caller caller, Form form, Duration deadline) {
  caller.region = kIamRegion;
  return query(std::move(caller), "iam", std::move(form), deadline);
}

Work<json::value> SignedClient::ask_json(std::string service, Caller caller, std::string target,
                                         json::object body, Duration deadline) {
  const std::string operation = target.substr(target.find('.') + 1);
  Message message{.service = std::move(service),
                  .operation = operation,
                  .headers = {{"Content-Type", kJsonType}, {"X-Amz-Target", std::move(target)}},
                  .body = json::print(std::move(body)),
                  .deadline = deadline};
  const CloudResult<std::string> answer = co_await call(std::move(caller), std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  // An operation that has nothing to say says nothing.
  if (answer->empty()) co_return json::object{};
  Result<json::value> tree = json::parse(*answer);
  if (!tree) co_return std::unexpected(unreadable_answer(operation, tree.error().message));
  co_return std::move(*tree);
}

}  // namespace mayfly::clouds::aws
