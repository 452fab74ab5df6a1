#include "clouds/aws/sigv4.h"

#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "json/parse.h"

// Tests run from the top of the source tree.
namespace mayfly::clouds::aws {
namespace {

constexpr char kVectors[] = "src/clouds/aws/testdata/";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string header_of(const http::Headers& headers, std::string_view name) {
  return std::string(http::find_header(headers, name).value_or("(none)"));
}

// A request as AWS's SDK put it on the wire: request line, headers, empty line, body.
struct Sample {
  Signable request;
  std::string host;
  std::string body;
  std::string region;
  std::string service;
  std::string token;
  std::string authorization;
};

Sample read_sample(const std::filesystem::path& path) {
  const std::string text = content_of(path);
  Sample sample;
  const std::size_t empty_line = text.find("\n\n");
  std::size_t begin = text.find('\n') + 1;
  const std::string url = text.substr(5, begin - 6);
  sample.host = url.substr(8, url.size() - 9);
  std::size_t length = 0;
  while (begin < empty_line) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const std::string name = line.substr(0, line.find(':'));
    const std::string value = line.substr(name.size() + 2);
    if (name == "Authorization") {
      sample.authorization = value;
    } else if (name == "Content-Length") {
      std::from_chars(value.data(), value.data() + value.size(), length);
    } else if (name == "X-Amz-Security-Token") {
      sample.token = value;
    } else if (name != "X-Amz-Date") {
      sample.request.headers.push_back({name, value});
    }
  }
  sample.request.headers.push_back({"Host", sample.host});
  sample.body = text.substr(empty_line + 2, length);
  // Credential=<id>/<day>/<region>/<service>/aws4_request
  std::size_t slash = sample.authorization.find('/', sample.authorization.find('/') + 1);
  std::size_t next = sample.authorization.find('/', slash + 1);
  sample.region = sample.authorization.substr(slash + 1, next - slash - 1);
  slash = next;
  next = sample.authorization.find('/', slash + 1);
  sample.service = sample.authorization.substr(slash + 1, next - slash - 1);
  return sample;
}

Credentials example_credentials(std::string_view secret, std::string_view token) {
  Credentials credentials;
  credentials.id = "AKIAIOSFODNN7EXAMPLE";
  credentials.secret = Secret(secret);
  credentials.session_token = Secret(token);
  return credentials;
}

TEST(SigV4, SignsEveryCallAsAwssOwnSdkDoes) {
  int samples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(kVectors) + "wire")) {
    Sample sample = read_sample(entry.path());
    sample.request.body = sample.body;
    const http::Headers added =
        sign(sample.request,
             example_credentials("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", sample.token),
             sample.region, sample.service, *parse_time("2026-01-02T03:04:05Z"));
    EXPECT_EQ(header_of(added, "Authorization"), sample.authorization) << entry.path();
    EXPECT_EQ(header_of(added, "X-Amz-Date"), "20260102T030405Z");
    EXPECT_EQ(header_of(added, "X-Amz-Security-Token"),
              sample.token.empty() ? "(none)" : sample.token);
    ++samples;
  }
  EXPECT_EQ(samples, 20);
}

std::string string_at(const json::value& tree, std::string_view member) {
  return std::string(tree.at(member).as_string().c_str());
}

TEST(SigV4, AgreesWithAwssSdkOnTheCornersOfCanonicalisation) {
  const auto vectors = json::parse(content_of(std::string(kVectors) + "sigv4_cases.json"));
  ASSERT_TRUE(vectors.has_value());
  const json::array& cases = vectors->at("cases").as_array();
  EXPECT_GT(cases.size(), 20u);
  for (const json::value& vector : cases) {
    const std::string method = string_at(vector, "method");
    const std::string path = string_at(vector, "path");
    const std::string query = string_at(vector, "query");
    const std::string body = string_at(vector, "body");
    Signable request{.method = method, .path = path, .query = query, .headers = {}, .body = body};
    for (const json::value& header : vector.at("headers").as_array()) {
      request.headers.push_back(
          {header.as_array()[0].as_string().c_str(), header.as_array()[1].as_string().c_str()});
    }
    const http::Headers added = sign(
        request, example_credentials(string_at(*vectors, "secret"), string_at(vector, "token")),
        string_at(vector, "region"), string_at(vector, "service"),
        *parse_time(string_at(vector, "time")));
    EXPECT_EQ(header_of(added, "Authorization"), string_at(vector, "authorization"))
        << string_at(vector, "name");
  }
}

TEST(SigV4, LeavesTheFractionOfASecondAway) {
  const Signable request{.headers = {{"Host", "example.amazonaws.com"}}};
  const Time moment = *parse_time("2026-01-02T03:04:05Z");
  EXPECT_EQ(header_of(sign(request, {}, "r", "s", moment + 999ms), "X-Amz-Date"),
            "20260102T030405Z");
}

}  // namespace
}  // namespace mayfly::clouds::aws
