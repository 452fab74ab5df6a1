#include "mail/smtp.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/assert.h"
#include "core/thread_loop.h"
#include "http/curl_call.h"

namespace mayfly::mail {
namespace {

struct Unsent {
  std::string_view rest;
};

std::size_t read_message(char* buffer, std::size_t, std::size_t count, void* from) {
  auto& unsent = *static_cast<Unsent*>(from);
  const std::size_t size = std::min(count, unsent.rest.size());
  std::memcpy(buffer, unsent.rest.data(), size);
  unsent.rest.remove_prefix(size);
  return size;
}

// What the server says in its replies is nobody's body.
std::size_t ignore_reply(char*, std::size_t, std::size_t count, void*) {
  return count;
}

class SmtpSender final : public Sender {
 public:
  explicit SmtpSender(SmtpSettings settings)
      : settings_(std::move(settings)),
        handle_((http::initialise_curl(), curl_easy_init()), &curl_easy_cleanup) {
    ASSERT(handle_ != nullptr);
  }
  ~SmtpSender() override {
    ending_ = true;
    loop_.stop();
  }

  void send(Mail mail, Loop& answer_on, Done<MailResult> done) override {
    loop_.post([this, mail = std::move(mail), &answer_on, done = std::move(done)]() mutable {
      answer_on.post(
          [done = std::move(done), result = perform(mail)]() mutable { done(std::move(result)); });
    });
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    ASSERT(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
  }
  MailResult perform(const Mail& mail);
  void set_server();
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  MailFailure failure(CURLcode code, const char* words) const;

  const SmtpSettings settings_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_;
  std::atomic<bool> ending_ = false;
  ThreadLoop loop_;  // last: nothing runs on it when the others end
};

void SmtpSender::set_server() {
  curl_easy_reset(handle_.get());  // the connection stays
  set(CURLOPT_URL, settings_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.deadline / 1ms));
  set(CURLOPT_MAXAGE_CONN, 15L);
  set(CURLOPT_XFERINFOFUNCTION, &SmtpSender::on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
  constexpr long kUse[] = {CURLUSESSL_ALL, CURLUSESSL_TRY, CURLUSESSL_NONE};
  set(CURLOPT_USE_SSL, kUse[static_cast<int>(settings_.tls)]);
  if (settings_.user.empty()) return;
  set(CURLOPT_USERNAME, settings_.user.c_str());
  set(CURLOPT_PASSWORD, std::string(settings_.password.reveal()).c_str());  // curl copies it
}

// Called about once a second at least: nobody waits for a mail server to stop ours.
int SmtpSender::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<SmtpSender*>(self)->ending_ ? 1 : 0;
}

MailResult SmtpSender::perform(const Mail& mail) {
  if (ending_) return std::unexpected(MailFailure{false, "this server stops"});
  if (!is_address(mail.to)) {
    return std::unexpected(MailFailure{true, "the address of the receiver is none"});
  }
  set_server();
  char words[CURL_ERROR_SIZE] = {};
  set(CURLOPT_ERRORBUFFER, words);
  const std::string from = fmt::format("<{}>", settings_.from);
  set(CURLOPT_MAIL_FROM, from.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
      curl_slist_append(nullptr, fmt::format("<{}>", mail.to).c_str()), &curl_slist_free_all);
  ASSERT(to != nullptr);
  set(CURLOPT_MAIL_RCPT, to.get());
  const std::string message = to_message(mail, settings_.from, loop_.now());
  Unsent unsent{message};
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &read_message);
  set(CURLOPT_READDATA, &unsent);
  set(CURLOPT_WRITEFUNCTION, &ignore_reply);
  const CURLcode code = curl_easy_perform(handle_.get());
  if (code == CURLE_OK) return {};
  MailFailure failed = failure(code, words);
  curl_easy_reset(handle_.get());  // it points to what ends here
  return std::unexpected(std::move(failed));
}

MailFailure SmtpSender::failure(CURLcode code, const char* words) const {
  long reply = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
  // 550 to 554 answer this mail; 530 and the like, how we came with it, which an admin can mend.
  const bool permanent =
      (code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY) && reply / 10 == 55;
  return {.permanent = permanent,
          .message = fmt::format("the mail server: {}",
                                 words[0] != '\0' ? words : curl_easy_strerror(code))};
}

}  // namespace

std::unique_ptr<Sender> make_smtp_sender(SmtpSettings settings) {
  return std::make_unique<SmtpSender>(std::move(settings));
}

}  // namespace mayfly::mail
