#include "service/documents.h"

#include "json/parse.h"

namespace mayfly::service {

store::Document to_document(const User& user) {
  return {.id = user.id, .body = json::to_text(user), .indexes = {{"token", user.token_sha256}}};
}

store::Document to_document(const Key& key) {
  return {.id = key.id, .body = json::to_text(key), .indexes = {{"user", key.user}}};
}

store::Document to_document(const Template& saved) {
  return {.id = template_id(saved.user, saved.name),
          .body = json::to_text(saved),
          .indexes = {{"user", saved.user}}};
}

std::string template_id(const std::string& user, const std::string& name) {
  return user + "/" + name;
}

template <class T>
Result<Stored<T>> from_document(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  T item{};
  json::Issues issues;
  // Without validate(): what was accepted under yesterday's rules stays readable under today's.
  json::decode(tree, std::string{}, nullptr, json::Unknown::ignore, issues, item);
  if (!issues.empty()) return std::move(issues).to_error();
  return Stored<T>{std::move(item), document.version};
}

template Result<Stored<User>> from_document(const store::Document&);
template Result<Stored<Key>> from_document(const store::Document&);
template Result<Stored<Template>> from_document(const store::Document&);
template Result<Stored<Idempotency>> from_document(const store::Document&);

}  // namespace mayfly::service
