// One call as libcurl sees it: an easy handle, what it collects, and the verdict how far it got.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/client.h"

namespace mayfly::http {

// Once per process, before the first handle.
void initialise_curl();

class CurlCall {
 public:
  // Bytes of a 2xx answer, or none when a second has passed without; false ends the call.
  using OnBytes = std::function<bool(std::string_view)>;

  explicit CurlCall(Call call, ClientOptions options = {}, OnBytes on_bytes = {});
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  // Why the call is not fit to be sent; asked before the handle is performed.
  std::optional<CallFailure> refused();
  CURL* handle() const { return handle_.get(); }
  // The verdict, once curl is done with the handle.
  CallResult finish(CURLcode code);

 private:
  enum class Stop { none, too_large, cut, by_caller, would_repeat, not_public };

  template <class Value>
  void set(CURLoption option, Value value);
  bool read_url();
  void set_method_and_body();
  void set_headers();
  void set_limits();
  void set_callbacks();

  CallFailure failure(CURLcode code) const;
  std::string reason(CURLcode code) const;
  bool fits(std::size_t count);
  bool hand_over(std::string_view bytes);
  bool may_repeat() const { return call_.method == "GET" || call_.method == "HEAD"; }

  static int before_request(void* self, char*, char*, int, int);
  static std::size_t on_header(char* data, std::size_t, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
  using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  const Call call_;
  const ClientOptions options_;
  const OnBytes on_bytes_;
  std::string shown_url_;  // for messages: without user, query and fragment
  bool to_this_machine_ = false;
  List headers_{nullptr, &curl_slist_free_all};
  char error_[CURL_ERROR_SIZE] = {};
  Handle handle_;
  Answer answer_;
  std::size_t received_ = 0;
  std::chrono::steady_clock::time_point handed_over_;
  bool issued_ = false;         // bytes of the request may have left
  bool head_is_whole_ = false;  // the empty line after the last header has come
  Stop stop_ = Stop::none;
};

}  // namespace mayfly::http
