// Whatever is sent, the answer is a 4xx that names what is wrong. What is wrong is asked of the
// published document: every body it describes, every field, every kind of nonsense.

#include "fixture.h"
#include "json/parse.h"
#include "json/print.h"
#include "rest/operation.h"
#include "schema_check.h"

namespace mayfly::rest {
namespace {

struct Case {
  const char* method;
  const char* path;
  const char* operation;  // operationId
  const char* good;       // a body that passes
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.method << " " << one.path;
}

constexpr Case kCases[] = {
    {"POST", "reservations", "createReservation",
     R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"disk_gib":25,"arch":"x86_64",
         "image":"ubuntu-24.04","clouds":["aws"],"regions":["eu-*"],"instance_type":"t3.micro",
         "match":"at_least","burstable":true,"max_price_usd_hour":1,"lease":"1h","name":"n",
         "ssh_public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample","user_data":"#!/bin/sh"})"},
    {"POST", "estimates", "estimate",
     R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"disk_gib":25,"arch":"x86_64",
         "image":"ubuntu-24.04","clouds":["aws"],"regions":["eu-*"],"instance_type":"t3.micro",
         "match":"at_least","burstable":true,"max_price_usd_hour":1,"lease":"1h","name":"n",
         "ssh_public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample","user_data":"#!/bin/sh"})"},
    {"POST", "reservations", "createReservation",
     R"({"kind":"cluster","nodes":3,"vcpus":4,"memory_gib":16,"disk_gib":25,"arch":"x86_64",
         "clouds":["aws"],"regions":["us-east-1"],"instance_type":"m5.xlarge","lease":"1h",
         "release":"emr-6.15.0","applications":["Spark"],"idle_timeout":"2h","spot_workers":true,
         "log_uri":"s3://bucket/logs/","subnet":"subnet-1","open_to":"203.0.113.0/24"})"},
    {"POST", "estimates", "estimate",
     R"({"kind":"cluster","nodes":3,"release":"emr-7.1.0","spot_workers":true})"},
    {"POST", "templates/t/reservations", "launchTemplate",
     R"({"count":2,"lease":"1h","clouds":["aws"]})"},
    {"POST", "templates/t", "saveTemplate",
     R"({"request":{"kind":"vm","count":1,"vcpus":1,"memory_gib":1}})"},
    {"POST", "templates/t", "saveTemplate", R"({"reservation":"r-1"})"},
    {"PATCH", "reservations/r-1", "changeReservation", R"({"lease":"1h"})"},
    {"PATCH", "reservations/r-1", "changeReservation", R"({"extend":"1h"})"},
    {"PATCH", "reservations/r-1", "changeReservation", R"({"shorten":"1h"})"},
    {"PATCH", "limits", "changeLimits",
     R"({"machines":1,"vcpus":"8","usd_per_hour":1.5,"usd_per_month":"none",
         "lease_default":"default","lease_max":"7d"})"},
    {"PATCH", "limits", "changeLimits", R"({"machines":1})"},
    {"PATCH", "", "changeUser", R"({"regions":["eu-*"]})"},
    {"PATCH", "", "changeUser",
     R"({"email":"ann@example.com","email_events":["reservation.ready"]})"},
    {"POST", "sweep", "sweep", R"({"dry_run":true})"},
    {"POST", "webhooks", "addWebhook",
     R"({"url":"https://example.com/","events":["reservation.ready"]})"},
    {"PATCH", "webhooks/w-1", "changeWebhook",
     R"({"url":"https://example.com/","events":["test"],"enabled":true,"rotate_secret":false})"},
    {"POST", "webhooks/w-1/replay", "replayWebhook", R"({"since":"2026-01-02T03:04:05Z"})"},
    {"POST", "keys", "addKey",
     R"({"cloud":"aws","access_key_id":"AKIAEXAMPLE","secret_access_key":"hush","session_token":"hush",
         "region":"us-east-1"})"},
    {"POST", "keys", "addKey", kDigitalOceanKey},
    {"POST", "keys/k-1/doctor", "examineKey", R"({"region":"us-east-1"})"},
};

const std::vector<json::value>& nonsense() {
  static const std::vector<json::value> values = {
      nullptr,
      true,
      false,
      0,
      -1,
      1.5,
      1e300,
      -1e300,
      json::value(std::int64_t{1'000'000'000'000}),
      json::value(std::uint64_t{18'446'744'073'709'551'615U}),
      "",
      " ",
      "nonsense",
      "two\nlines",
      "ä",
      json::value(std::string(50'000, 'x')),
      json::array(),
      json::array{1},
      json::array{nullptr},
      json::array{""},
      json::array{"a b"},
      json::array{json::array()},
      json::value(json::array(100, json::value("r"))),
      json::object(),
      json::object{{"a", 1}}};
  return values;
}

class BadInput : public RestTest, public testing::WithParamInterface<Case> {
 protected:
  BadInput()
      : client_(GetParam().operation == std::string_view("changeLimits") ? admin() : user()) {
    client_.ask("POST", "templates/t",
                R"({"request":{"kind":"vm","count":1,"vcpus":1,"memory_gib":1}})");
  }

  Reply send(const std::string& body, http::Headers headers = {}) {
    return client_.ask(GetParam().method, GetParam().path, body, std::move(headers));
  }
  static json::object good() { return json::parse(GetParam().good)->as_object(); }

  // The schema that the good body is of; of a choice, the one that fits.
  json::value schema() {
    for (const Operation& operation : operations()) {
      if (operation.name != GetParam().operation) continue;
      json::Schemas schemas;
      json::object described = operation.takes(schemas);
      const SchemaCheck check(client_.document());
      if (!described.contains("oneOf")) return described;
      for (const json::value& option : described.at("oneOf").as_array()) {
        if (check.wrong(option, good()).empty()) return option;
      }
    }
    ADD_FAILURE() << "no schema";
    return json::object();
  }

  void expect_named(const json::object& body, std::string_view field) {
    const Reply reply = send(json::print(body));
    EXPECT_EQ(reply.status, 422) << json::print(body).substr(0, 300) << reply.text;
    EXPECT_TRUE(reply.names(field))
        << field << ": " << json::print(body).substr(0, 300) << reply.text;
    EXPECT_EQ(reply.text.find("hush"), std::string::npos);
  }

  Client client_;
};

TEST_P(BadInput, StartsFromWhatTheDocumentAllows) {
  const SchemaCheck check(client_.document());
  EXPECT_EQ(check.wrong(schema(), good()), "");
}

TEST_P(BadInput, IsNamedForEveryFieldAndEveryKindOfNonsense) {
  const json::value rule = schema();
  const SchemaCheck check(client_.document());
  for (const auto& member : good()) {
    for (const json::value& value : nonsense()) {
      json::object body = good();
      body[member.key()] = value;
      const std::string wrong = check.wrong(rule, body);
      // null says the same as absent where something may be absent; what the document cannot rule
      // out must only be answered, and is then checked against the document.
      json::object absent = good();
      absent.erase(member.key());
      const bool may_be_null = value.is_null() && check.wrong(rule, absent).empty();
      if (wrong.empty() || may_be_null) {
        EXPECT_LT(send(json::print(body)).status, 500) << json::print(body).substr(0, 300);
      } else if (value.is_null() && absent.empty()) {
        EXPECT_EQ(send(json::print(body)).status, 422);
      } else {
        expect_named(body, member.key());
      }
    }
  }
}

TEST_P(BadInput, IsNamedWhenSomethingIsMissing) {
  const SchemaCheck check(client_.document());
  const json::value described = schema();
  const json::object& rule = check.resolved(described);
  const auto* required = rule.if_contains("required");
  json::array names = required ? required->as_array() : json::array();
  const auto* conditions = rule.if_contains("allOf");
  for (const json::value& condition : conditions ? conditions->as_array() : json::array()) {
    if (!check.wrong(condition.at("if"), good()).empty()) continue;
    for (const json::value& name : condition.at("then").at("required").as_array())
      names.push_back(name);
  }
  for (const json::value& name : names) {
    json::object body = good();
    body.erase(name.as_string());
    expect_named(body, name.as_string());
  }
}

TEST_P(BadInput, IsNamedWhenItIsNotKnown) {
  for (const char* name : {"colour", "Count", "", "a.b", "\xc3\xa4"}) {
    json::object body = good();
    body[name] = 1;
    expect_named(body, name);
  }
}

TEST_P(BadInput, IsNamedWhenItIsGivenTwice) {
  for (const auto& member : good()) {
    std::string body = json::print(good());
    body.pop_back();
    body += "," + json::quote(member.key()) + ":" + json::print(member.value()) + "}";
    const Reply reply = send(body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_TRUE(reply.names(member.key())) << reply.text;
  }
}

TEST_P(BadInput, IsRefusedWhenItIsNoJsonObject) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::string text = json::print(good());
  for (const std::string& body : {std::string("nonsense"),
                                  std::string("{"),
                                  std::string("[]"),
                                  std::string("null"),
                                  std::string("1"),
                                  std::string("\"a\""),
                                  std::string("{'a':1}"),
                                  text + text,
                                  text + "x",
                                  "\xef\xbb\xbf" + text,
                                  text.substr(0, text.size() - 1),
                                  R"({"a":)" + deep + "}",
                                  std::string(R"({"a":1e999})"),
                                  std::string("{\"a\":\"\xff\"}"),
                                  std::string("{\"a\":\"\xed\xa0\x80\"}"),
                                  std::string("{\"a\":NaN}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{\"a\":\"\n\"}"),
                                  std::string("{/**/}"),
                                  std::string(1, '\0'),
                                  std::string(" ")}) {
    const Reply reply = send(body);
    EXPECT_EQ(reply.status, 400) << body.substr(0, 200) << reply.text;
    EXPECT_NE(text_of(reply.body, "detail"), "");
  }
}

TEST_P(BadInput, IsRefusedWhenItIsTooLarge) {
  EXPECT_EQ(send("{\"name\":\"" + std::string(10'000'000, 'x') + "\"}").status, 413);
  EXPECT_EQ(send("{\"name\":\"" + std::string(1 << 20, 'x') + "\"}").status, 413);
}

TEST_P(BadInput, IsRefusedInOtherTypesAndCodings) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded",
                           "application/json; charset=latin1", ""}) {
    EXPECT_EQ(send(GetParam().good, {{"Content-Type", type}}).status, 415) << type;
  }
  EXPECT_EQ(send(GetParam().good, {{"Content-Encoding", "gzip"}}).status, 415);
  EXPECT_NE(send(GetParam().good, {{"Content-Type", "application/json; charset=utf-8"}}).status,
            415);
}

INSTANTIATE_TEST_SUITE_P(EveryBody, BadInput, testing::ValuesIn(kCases), [](const auto& info) {
  return std::string(info.param.operation) + std::to_string(info.index);
});

TEST(BadInputTable, HasEveryBodyThatThereIs) {
  for (const Operation& operation : operations()) {
    const bool listed = std::ranges::any_of(
        kCases, [&](const Case& one) { return operation.name == one.operation; });
    const bool takes_json = operation.takes != nullptr && operation.body != Body::form;
    EXPECT_EQ(listed, takes_json) << operation.name;
  }
}

}  // namespace
}  // namespace mayfly::rest
