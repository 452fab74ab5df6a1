#include "http/request_reader.h"

#include <algorithm>

namespace mayfly::http {
namespace {

enum class Line { unfinished, field, empty, malformed };

// Judges the line of `text` that starts at `start` and moves `end` past it.
Line scan_line(std::string_view text, std::size_t start, std::size_t& end) {
  const std::size_t newline = text.find('\n', start);
  if (newline == std::string_view::npos) return Line::unfinished;
  end = newline + 1;
  if (newline == start || text[newline - 1] != '\r') return Line::malformed;
  return newline - start == 1 ? Line::empty : Line::field;
}

}  // namespace

std::size_t RequestReader::feed(std::string_view bytes) {
  switch (stage_) {
    case Stage::nothing:
    case Stage::head:
      return feed_head(bytes);
    case Stage::body:
      return feed_body(bytes);
    case Stage::complete:
    case Stage::refused:
      return 0;
  }
  return 0;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
  const std::size_t skipped = begin_head(bytes);
  bytes.remove_prefix(skipped);
  const std::size_t length = stage_ == Stage::head ? find_head_end(bytes) : 0;
  if (length == 0) return skipped;

  const std::string_view text = bytes.substr(0, length);
  is_head_request_ = text.starts_with("HEAD ");
  if (auto parsed = parse_head(text)) {
    head_ = *std::move(parsed);
    begin_body();
  } else {
    refuse(parsed.error());
  }
  const std::size_t body = stage_ == Stage::body ? feed_body(bytes.substr(length)) : 0;
  return skipped + length + body;
}

std::size_t RequestReader::begin_head(std::string_view bytes) {
  if (stage_ != Stage::nothing) return 0;
  std::size_t skipped = 0;
  // RFC 9112 section 2.2: old clients send an empty line after a body.
  while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
  bytes.remove_prefix(skipped);
  if (bytes.empty() || bytes == "\r") return skipped;
  if (is_token(bytes.substr(0, 1))) {
    stage_ = Stage::head;
  } else {
    // Somebody speaks TLS or another protocol: do not wait for a line end that may never come.
    refuse({400, "the request line does not start with a method"});
  }
  return skipped;
}

std::size_t RequestReader::find_head_end(std::string_view bytes) {
  const std::string_view limited = bytes.substr(0, kHeadMax);
  for (;;) {
    std::size_t line_end = 0;
    switch (scan_line(limited, scanned_, line_end)) {
      case Line::unfinished:
        if (bytes.size() >= kHeadMax) refuse({431, "request line and header exceed 16 KiB"});
        return 0;
      case Line::malformed:
        refuse({400, "a line does not end with CR LF"});
        return 0;
      case Line::field:
        scanned_ = line_end;
        break;
      case Line::empty:
        return line_end;
    }
  }
}

void RequestReader::begin_body() {
  if (!head_.is_chunked && head_.content_length > body_max_) {
    refuse({413, "the body is larger than this server accepts"});
  } else {
    stage_ = head_.is_chunked || head_.content_length > 0 ? Stage::body : Stage::complete;
  }
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
  std::string& body = head_.request.body;
  if (!head_.is_chunked) {
    // No reserve(): a client that announces much and sends nothing shall cost nothing.
    const std::size_t taken = std::min(head_.content_length - body.size(), bytes.size());
    body.append(bytes.substr(0, taken));
    if (body.size() == head_.content_length) stage_ = Stage::complete;
    return taken;
  }
  const std::size_t taken = chunks_.feed(bytes, body);
  switch (chunks_.state()) {
    case ChunkedDecoder::State::reading:
      break;
    case ChunkedDecoder::State::done:
      stage_ = Stage::complete;
      break;
    case ChunkedDecoder::State::malformed:
      refuse({400, "the chunked body is malformed"});
      break;
    case ChunkedDecoder::State::too_large:
      refuse({413, "the body is larger than this server accepts"});
      break;
  }
  return taken;
}

void RequestReader::refuse(Refused why) {
  refused_ = why;
  stage_ = Stage::refused;
}

}  // namespace mayfly::http
