#include "http/request_head.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>

#include "core/assert.h"
#include "http/target.h"

namespace mayfly::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::string_view;

// Beast's grammar, our containers: no copy by way of Beast's own header table.
class HeadParser final : public beast::basic_parser<true> {
 public:
  explicit HeadParser(Request& request) : request_(request) {
    header_limit(UINT32_MAX);  // whoever collected the head has limited it
    skip(true);                // bodies are not its business
  }

  bool is_http_1_0() const { return is_http_1_0_; }

 private:
  using ErrorCode = boost::beast::error_code;

  void on_request_impl(beast::verb, string_view method, string_view target, int version,
                       ErrorCode&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
    is_http_1_0_ = version == 10;
  }
  void on_field_impl(beast::field, string_view name, string_view value, ErrorCode&) override {
    request_.headers.push_back({.name = std::string(name.data(), name.size()),
                                .value = std::string(value.data(), value.size())});
  }
  void on_response_impl(int, string_view, int, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(string_view, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, ErrorCode&) override { return 0; }
  void on_finish_impl(ErrorCode&) override {}

  Request& request_;
  bool is_http_1_0_ = false;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Beast says "bad version" for HTTP/2.0 and for nonsense alike.
bool names_another_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  return std::ranges::count(line, ' ') == 2 && version.size() == 8 &&
         version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]);
}

bool is_folded(std::string_view head) {
  return head.contains("\r\n ") || head.contains("\r\n\t");
}

Refused refusal_of(const boost::system::error_code& error, std::string_view head) {
  using beast::error;
  if (error == error::bad_version && names_another_version(head)) {
    return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  }
  if (error == error::bad_version) return {400, "the request line has no HTTP version"};
  if (error == error::bad_method) return {400, "the request line does not start with a method"};
  if (error == error::bad_target) return {400, "the request target is not one"};
  if (error == error::bad_content_length) {
    return {400, "Content-Length is not a number, or stands beside Transfer-Encoding"};
  }
  if (error == error::multiple_content_length) return {400, "two different Content-Lengths"};
  if (error == error::bad_transfer_encoding) {
    return {400, "Transfer-Encoding twice, or beside Content-Length"};
  }
  return {400, "the header is malformed"};
}

std::size_t count_headers(const Headers& headers, std::string_view name) {
  std::size_t count = 0;
  for (const Header& header : headers) count += equals_ignoring_case(header.name, name) ? 1 : 0;
  return count;
}

bool is_host(std::string_view value) {
  for (const char c : value) {
    const bool refused = static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@' || c == '?' ||
                         c == '#' || c == '\\' || c == '"' || c == '<' || c == '>';
    if (refused) return false;
  }
  return true;
}

std::optional<Refused> judge_host(const RequestHead& head) {
  switch (count_headers(head.request.headers, "Host")) {
    case 0:
      if (head.is_http_1_0) return std::nullopt;
      return Refused{400, "HTTP/1.1 requires a Host header"};
    case 1:
      if (is_host(*head.request.header("Host"))) return std::nullopt;
      return Refused{400, "Host is not the name of a host"};
    default:
      return Refused{400, "more than one Host header"};
  }
}

// Where a proxy and we could disagree about where a request ends, a second request could be
// smuggled in: everything but the plain cases is refused.
std::optional<Refused> judge_framing(const RequestHead& head) {
  const auto coding = head.request.header("Transfer-Encoding");
  if (!coding) return std::nullopt;
  if (head.request.header("Content-Length")) {
    return Refused{400, "Content-Length and Transfer-Encoding together"};
  }
  if (count_headers(head.request.headers, "Transfer-Encoding") > 1) {
    return Refused{400, "Transfer-Encoding twice"};
  }
  if (head.is_http_1_0) return Refused{400, "HTTP/1.0 has no Transfer-Encoding"};
  if (!equals_ignoring_case(*coding, "chunked")) {
    return Refused{501, "the only transfer coding understood is chunked"};
  }
  return std::nullopt;
}

bool expects_continue(const RequestHead& head) {
  if (head.is_http_1_0) return false;  // RFC 9110 section 10.1.1: then it is ignored
  const auto expectation = head.request.header("Expect");
  return expectation && equals_ignoring_case(*expectation, "100-continue");
}

}  // namespace

std::expected<RequestHead, Refused> parse_head(std::string_view text) {
  ASSERT(text.ends_with("\r\n\r\n"));
  if (is_folded(text)) return std::unexpected(Refused{400, "folded header lines are obsolete"});

  RequestHead head;
  HeadParser parser(head.request);
  boost::system::error_code error;
  const std::size_t consumed = parser.put(boost::asio::buffer(text), error);
  // The head is complete: a parser that wants more or less has seen something else than a head.
  if (error || consumed != text.size()) return std::unexpected(refusal_of(error, text));

  head.is_http_1_0 = parser.is_http_1_0();
  if (const auto refused = judge_framing(head)) return std::unexpected(*refused);
  if (const auto refused = judge_host(head)) return std::unexpected(*refused);
  auto target = parse_target(head.request.method, head.request.target);
  if (!target) return std::unexpected(Refused{400, target.error()});

  head.request.path = std::move(target->path);
  head.request.query = std::move(target->query);
  head.keep_alive = parser.keep_alive();
  head.is_chunked = parser.chunked();
  head.content_length = parser.content_length().value_or(0);
  head.expects_continue = expects_continue(head);
  return head;
}

}  // namespace mayfly::http
