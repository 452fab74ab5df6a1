#include "http/curl_call.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/assert.h"
#include "http/address.h"

namespace mayfly::http {
namespace {

constexpr Duration kConnectMax = 10s;
constexpr Duration kTick = 900ms;  // curl looks once a second; a whole one would skip every other
// Servers and what stands before them close idle connections, AWS's after 20 s or so. Taking an
// older one out of the pool risks a call that ends as Reached::maybe for nothing.
constexpr long kIdleConnectionSecondsMax = 15;

long milliseconds(Duration duration) {
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::clamp<std::int64_t>(count, 1, INT32_MAX));
}

bool is_loopback(std::string_view host) {
  if (equals_ignoring_case(host, "localhost") || host == "[::1]") return true;
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24 == 127;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && byte != '\t') || byte == 0x7F;
  });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Empty when the URL has no such part.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

}  // namespace

void initialise_curl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  ASSERT(result == CURLE_OK);
}

CurlCall::CurlCall(Call call, ClientOptions options, OnBytes on_bytes)
    : call_(std::move(call)),
      options_(options),
      on_bytes_(std::move(on_bytes)),
      handle_((initialise_curl(), curl_easy_init()), &curl_easy_cleanup) {
  ASSERT(handle_ != nullptr);
}

// Which options exist is known when we build, so a refusal of curl's is a mistake of ours.
template <class Value>
void CurlCall::set(CURLoption option, Value value) {
  ASSERT(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
}

std::optional<CallFailure> CurlCall::refused() {
  // Values may come from a user (a token with a line end in it): nothing but one line each.
  for (const Header& header : call_.headers) {
    if (is_token(header.name) && !has_control(header.value)) continue;
    return CallFailure{Reached::no, "a header of the request has a control character"};
  }
  if (!is_token(call_.method)) return CallFailure{Reached::no, "the method is not one"};
  if (!read_url()) return CallFailure{Reached::no, "the address is not an http or https URL"};
  set(CURLOPT_URL, call_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  if (to_this_machine_ || options_.public_only) set(CURLOPT_PROXY, "");
  if (!call_.ca_file.empty()) set(CURLOPT_CAINFO, call_.ca_file.c_str());
  set_method_and_body();
  set_headers();
  set_limits();
  set_callbacks();
  return std::nullopt;
}

bool CurlCall::read_url() {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  ASSERT(url != nullptr);
  if (has_control(call_.url)) return false;
  if (curl_url_set(url.get(), CURLUPART_URL, call_.url.c_str(), 0) != CURLUE_OK) return false;
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return false;
  to_this_machine_ = is_loopback(part_of(url.get(), CURLUPART_HOST));
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                               CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    curl_url_set(url.get(), part, nullptr, 0);
  }
  shown_url_ = part_of(url.get(), CURLUPART_URL);
  return true;
}

void CurlCall::set_method_and_body() {
  if (call_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  const bool wants_length =
      call_.method == "POST" || call_.method == "PUT" || call_.method == "PATCH";
  if (wants_length || !call_.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
    set(CURLOPT_POSTFIELDS, call_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, call_.method.c_str());
}

void CurlCall::set_headers() {
  // Without these lines curl would wait for leave to send larger bodies, and call any body a form.
  std::vector<std::string> lines = {"Expect:"};
  if (!find_header(call_.headers, "Content-Type")) lines.emplace_back("Content-Type:");
  for (const Header& header : call_.headers) {
    // curl's notation for a header with an empty value ends with a semicolon.
    lines.push_back(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  for (const std::string& line : lines) {
    curl_slist* extended = curl_slist_append(headers_.get(), line.c_str());
    ASSERT(extended != nullptr);
    headers_.release();
    headers_.reset(extended);
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
  if (!find_header(call_.headers, "User-Agent")) set(CURLOPT_USERAGENT, "mayfly");
  set(CURLOPT_ACCEPT_ENCODING, "");  // whatever curl can unpack
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
}

void CurlCall::set_limits() {
  set(CURLOPT_TIMEOUT_MS, milliseconds(call_.deadline));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(call_.deadline, kConnectMax)));
  set(CURLOPT_MAXAGE_CONN, kIdleConnectionSecondsMax);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's words are not the answer's
}

void CurlCall::set_callbacks() {
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_);
  set(CURLOPT_PREREQFUNCTION, &CurlCall::before_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_HEADERFUNCTION, &CurlCall::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &CurlCall::on_body);
  set(CURLOPT_WRITEDATA, this);
  if (options_.public_only) {
    set(CURLOPT_OPENSOCKETFUNCTION, &CurlCall::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
  }
  if (!on_bytes_) return;
  handed_over_ = std::chrono::steady_clock::now();
  set(CURLOPT_XFERINFOFUNCTION, &CurlCall::on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
}

// curl calls this when it is connected (TLS and a proxy's tunnel included) and has sent nothing of
// the request, each time it is about to send it. So it tells `no` from `maybe`; and it is where
// curl's habit ends of sending a request again, whatever its method, when a kept connection died
// without an answer (Curl_retry_request in its lib/transfer.c): the dead server may well have acted
// on it.
int CurlCall::before_request(void* self, char*, char*, int, int) {
  auto& call = *static_cast<CurlCall*>(self);
  if (call.issued_ && !call.may_repeat()) {
    call.stop_ = Stop::would_repeat;
    return CURL_PREREQFUNC_ABORT;
  }
  call.issued_ = true;
  return CURL_PREREQFUNC_OK;
}

// curl calls this when the name is resolved, for each address it tries.
curl_socket_t CurlCall::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& call = *static_cast<CurlCall*>(self);
  if (!is_public(address->addr)) {
    call.stop_ = Stop::not_public;
    return CURL_SOCKET_BAD;
  }
  call.stop_ = Stop::none;  // of several addresses one will do
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool CurlCall::fits(std::size_t count) {
  if (count > call_.response_max - received_) {
    stop_ = call_.cut_answer && head_is_whole_ ? Stop::cut : Stop::too_large;
    return false;
  }
  received_ += count;
  return true;
}

std::size_t CurlCall::on_header(char* data, std::size_t, std::size_t count, void* self) {
  auto& call = *static_cast<CurlCall*>(self);
  if (!call.fits(count)) return 0;
  const std::string_view line(data, count);
  const std::size_t colon = line.find(':');
  call.head_is_whole_ = line == "\r\n" || line == "\n";
  if (line.starts_with("HTTP/")) {
    call.answer_.headers.clear();  // what came before was 100 Continue or the like
  } else if (colon != std::string_view::npos) {
    call.answer_.headers.push_back({.name = std::string(trim(line.substr(0, colon))),
                                    .value = std::string(trim(line.substr(colon + 1)))});
  }
  return count;
}

std::size_t CurlCall::on_body(char* data, std::size_t, std::size_t count, void* self) {
  auto& call = *static_cast<CurlCall*>(self);
  const std::string_view bytes(data, count);
  long status = 0;
  curl_easy_getinfo(call.handle(), CURLINFO_RESPONSE_CODE, &status);
  if (call.on_bytes_ && status / 100 == 2) {
    return call.hand_over(bytes) ? count : CURL_WRITEFUNC_ERROR;
  }
  if (!call.fits(count)) return CURL_WRITEFUNC_ERROR;
  call.answer_.body += bytes;
  return count;
}

// curl calls this at least once a second, and more often when there is something to do.
int CurlCall::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& call = *static_cast<CurlCall*>(self);
  if (std::chrono::steady_clock::now() - call.handed_over_ < kTick) return 0;
  return call.hand_over({}) ? 0 : 1;
}

bool CurlCall::hand_over(std::string_view bytes) {
  handed_over_ = std::chrono::steady_clock::now();
  if (on_bytes_(bytes)) return true;
  stop_ = Stop::by_caller;
  return false;
}

CallResult CurlCall::finish(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  const bool stopped = stop_ == Stop::cut || (stop_ == Stop::by_caller && status != 0);
  if (code != CURLE_OK && !stopped) return std::unexpected(failure(code));
  // A connection that ends within the header is an answer without a body to curl, not to us.
  if (!head_is_whole_) return std::unexpected(failure(CURLE_PARTIAL_FILE));
  answer_.status = static_cast<int>(status);
  return std::move(answer_);
}

CallFailure CurlCall::failure(CURLcode code) const {
  return {.reached = issued_ ? Reached::maybe : Reached::no,
          .message = fmt::format("{} {}: {}", call_.method, shown_url_, reason(code))};
}

std::string CurlCall::reason(CURLcode code) const {
  switch (stop_) {
    case Stop::too_large:
      return fmt::format("the answer is larger than {} bytes", call_.response_max);
    case Stop::would_repeat:
      return "the connection broke before an answer came";
    case Stop::not_public:
      return "its address is not a public one";
    case Stop::cut:
    case Stop::by_caller:
    case Stop::none:
      break;
  }
  // curl's own sentence names hosts and certificates; after the request is sent it could quote
  // headers of the answer, so then it is only the kind of the failure.
  if (!issued_ && error_[0] != '\0') return error_;
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return fmt::format("no complete answer within {} ms", milliseconds(call_.deadline));
  }
  return curl_easy_strerror(code);
}

}  // namespace mayfly::http
