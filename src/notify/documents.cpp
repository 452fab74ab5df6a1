#include "notify/documents.h"

#include "json/codec.h"
#include "json/parse.h"

namespace mayfly::notify {

std::string mail_target(const std::string& user) {
  return "mail-" + user;
}

store::Document to_document(const Webhook& webhook) {
  return {.id = webhook.id, .body = json::to_text(webhook), .indexes = {{"user", webhook.user}}};
}

store::Document to_document(const Mailbox& mailbox) {
  return {.id = mailbox.user, .body = json::to_text(mailbox)};
}

store::Document to_document(const Delivery& delivery) {
  store::Document document{
      .id = delivery.id, .body = json::to_text(delivery), .indexes = {{"target", delivery.target}}};
  if (delivery.status == DeliveryStatus::pending) document.indexes["pending"] = "1";
  return document;
}

template <class T>
Result<T> read(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  return json::decode<T>(tree, json::Unknown::ignore);
}

template Result<Webhook> read(const store::Document&);
template Result<Mailbox> read(const store::Document&);
template Result<Delivery> read(const store::Document&);

}  // namespace mayfly::notify
