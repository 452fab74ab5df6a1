// What is stored besides reservations: users, keys, templates, idempotency records. Described once;
// the store sees their JSON and the indexes named here.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/request.h"
#include "service/limits.h"
#include "store/store.h"

namespace mayfly::service {

// An access token that ended before its time (access_tokens.h).
struct RevokedToken {
  std::string id;
  Time until;  // it would have ended then

  bool operator==(const RevokedToken&) const = default;
};
BOOST_DESCRIBE_STRUCT(RevokedToken, (), (id, until))

struct User {
  int schema_version = 1;
  std::string id;
  std::string token_sha256;  // of a 256-bit random token: no need for a slow hash
  bool admin = false;
  std::vector<std::string> regions;  // default regions of this user's requests
  LimitOverrides limits;
  std::vector<RevokedToken> revoked;
  Time created_at;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (schema_version, id, token_sha256, admin, regions, limits, revoked,
                       created_at))

enum class KeyStatus {
  active,
  replaced,  // a newer key took its place; ends what it started
  deleting,  // being removed: starts nothing any more
};
BOOST_DESCRIBE_ENUM(KeyStatus, active, replaced, deleting)

struct Key {
  int schema_version = 1;
  std::string id;
  std::string user;
  std::string cloud;
  std::string account;
  std::string identity;
  std::string region;                // where the key is tested (AWS)
  std::vector<std::string> regions;  // enabled for the account; empty: the cloud did not say
  KeyStatus status = KeyStatus::active;
  Time created_at;
  Time tested_at;
  std::string sealed;  // vault.h: the secrets
};
BOOST_DESCRIBE_STRUCT(Key, (),
                      (schema_version, id, user, cloud, account, identity, region, regions, status,
                       created_at, tested_at, sealed))

struct Template {
  int schema_version = 1;
  std::string user;
  std::string name;
  std::optional<std::string> title;  // for people, where the name does not say it
  Request request;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Template, (),
                      (schema_version, user, name, title, request, created_at, updated_at))

// Written together with the reservation it belongs to, removed when that one's tombstone passes.
struct Idempotency {
  int schema_version = 1;
  std::string user;
  std::string body_sha256;
  std::string reservation;
};
BOOST_DESCRIBE_STRUCT(Idempotency, (), (schema_version, user, body_sha256, reservation))

template <class T>
struct Stored {
  T value;
  std::int64_t version = 0;
};

store::Document to_document(const User& user);
store::Document to_document(const Key& key);
store::Document to_document(const Template& saved);
std::string template_id(const std::string& user, const std::string& name);

template <class T>
Result<Stored<T>> from_document(const store::Document& document);

}  // namespace mayfly::service
