// What the tests of the door share: one installation for all of them, a user with a key for each,
// and a client that reads RDF.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "http/raw_client.h"
#include "installation.h"
#include "oslc/door.h"
#include "oslc/vocabulary.h"
#include "rdf/format.h"

namespace mayfly::oslc {

using ::testing::HasSubstr;

inline constexpr char kAwsKey[] =
    R"({"cloud":"aws","access_key_id":"AKIAEXAMPLE","secret_access_key":"hush+/hush"})";
inline constexpr char kPrefixes[] = R"(
@prefix oslc: <http://open-services.net/ns/core#> .
@prefix oslc_auto: <http://open-services.net/ns/auto#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
)";

struct Reply {
  int status = 0;
  http::Headers headers;
  std::string body;
  rdf::Graph graph;  // of an RDF body

  std::string header(std::string_view name) const {
    return std::string(http::find_header(headers, name).value_or(""));
  }
  bool has(std::string_view subject, std::string_view property, std::string_view iri) const {
    return graph.contains(rdf::iri(subject), rdf::iri(property), rdf::iri(iri));
  }
  std::string one(std::string_view subject, std::string_view property) const {
    const auto found = graph.object(rdf::iri(subject), property);
    return found ? std::string(found->text) : "";
  }
  // The message of the oslc:Error that it is.
  std::string error() const {
    for (const rdf::Triple& triple : graph.triples()) {
      if (graph.term(triple.predicate).text == core::kMessage)
        return std::string(graph.term(triple.object).text);
    }
    return "";
  }
};

class OslcDoor : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    installation_ = std::make_unique<rest::Installation>(rest::InstallationOptions{
        .world = rest::quick_world(),
        .beside = [](service::Service& service) { return make_handler(service); }});
  }
  static void TearDownTestSuite() { installation_.reset(); }

  void SetUp() override {
    static int number = 0;
    user_ = fmt::format("oslc-{}", ++number);
    token_ = installation_->add_user(user_);
    EXPECT_EQ(ask("POST", fmt::format("/users/{}/keys", user_), kAwsKey,
                  {{"Content-Type", "application/json"}})
                  .status,
              201);
  }

  std::string base() const { return fmt::format("http://127.0.0.1:{}", installation_->port()); }
  std::string mine(std::string_view rest) const {
    return fmt::format("{}/oslc/users/{}/{}", base(), user_, rest);
  }

  // `iri` is absolute, or a path. Asks for Turtle unless the headers say otherwise.
  Reply ask(std::string_view method, std::string iri, std::string body = {},
            http::Headers headers = {}, bool authorised = true) {
    if (iri.starts_with(base())) iri = iri.substr(base().size());
    if (!http::find_header(headers, "Accept")) headers.push_back({"Accept", "text/turtle"});
    if (authorised && !http::find_header(headers, "Authorization"))
      headers.push_back({"Authorization", "Bearer " + token_});
    if (!body.empty() && !http::find_header(headers, "Content-Type"))
      headers.push_back({"Content-Type", "text/turtle"});
    std::string wire =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", method, iri, installation_->port());
    for (const http::Header& header : headers)
      wire += fmt::format("{}: {}\r\n", header.name, header.value);
    if (method != "GET" && method != "HEAD")
      wire += fmt::format("Content-Length: {}\r\n", body.size());
    wire += "Connection: close\r\n\r\n" + body;
    http::RawClient connection(installation_->port());
    EXPECT_TRUE(connection.send(wire));
    http::RawAnswer answer = connection.receive(method != "HEAD");
    Reply reply{answer.status, std::move(answer.headers), std::move(answer.body), {}};
    // Whose JSON is no RDF.
    const bool of_preview = iri.ends_with("/compact") || http::find_header(headers, "Prefer");
    const bool of_rest = iri.starts_with("/users/") ||
                         (of_preview && reply.header("Content-Type") == "application/json");
    if (const auto format = rdf::format_of_body(reply.header("Content-Type"));
        format && !reply.body.empty() && !of_rest) {
      auto graph = rdf::read(*format, reply.body, base() + "/");
      EXPECT_TRUE(graph) << reply.body;
      if (graph) reply.graph = *std::move(graph);
    }
    return reply;
  }

  std::string request_for(std::string_view plan, std::string_view parameters,
                          std::string_view title = "A test") {
    return fmt::format(
        "{}<> a oslc_auto:AutomationRequest ; dcterms:title \"{}\" ; "
        "oslc_auto:executesAutomationPlan <{}> {} .",
        kPrefixes, title, plan, parameters);
  }
  static std::string given(std::string_view name, std::string_view turtle_value) {
    return fmt::format(
        "; oslc_auto:inputParameter [ a oslc_auto:ParameterInstance ; oslc:name "
        "\"{}\" ; rdf:value {} ]",
        name, turtle_value);
  }
  static std::string small() { return given("vcpus", "1") + given("memory_gib", "1"); }

  // Until the resource has this state; the reply that says so.
  Reply wait_for(const std::string& iri, std::string_view state) {
    Reply reply;
    for (int tries = 0; tries < 600; ++tries) {
      reply = ask("GET", iri);
      if (reply.has(iri, automation::kState, state)) return reply;
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << iri << " does not become " << state << ": " << reply.body;
    return reply;
  }

  // The result of a small machine that is ready.
  Reply launch(const std::string& parameters = small(), std::string_view title = "A test") {
    const Reply created =
        ask("POST", mine("requests"), request_for(mine("plans/vm"), parameters, title));
    EXPECT_EQ(created.status, 201) << created.body;
    const std::string result =
        created.one(created.header("Location"), automation::kProducedAutomationResult);
    Reply complete = wait_for(result, automation::kComplete);
    result_ = result;
    return complete;
  }

  // The action of that type that the result offers; empty: none.
  static std::string action_of(const Reply& result, std::string_view iri, std::string_view type) {
    for (const rdf::Term& action : result.graph.objects(rdf::iri(iri), core::kAction)) {
      if (result.has(action.text, rdf::kType, type)) return std::string(action.text);
    }
    return "";
  }

  static inline std::unique_ptr<rest::Installation> installation_;
  std::string user_;
  std::string token_;
  std::string result_;
};

}  // namespace mayfly::oslc
