// docs/rest.md promises that its examples were run: here.

#include <fstream>
#include <sstream>

#include "fixture.h"
#include "json/parse.h"
#include "rest/operation.h"
#include "rest/problem.h"

namespace mayfly::rest {
namespace {

std::string page() {
  std::ifstream file("docs/rest.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A command and the status in the comment after it.
struct Example {
  std::string command;
  int status = 0;
};

std::vector<Example> examples() {
  std::vector<Example> found;
  for (const std::string& line : lines_of(page())) {
    if (line.starts_with("curl ")) found.push_back({.command = line});
    if (line.starts_with("# ") && line.size() == 5 && std::isdigit(line[2]))
      found.back().status = std::stoi(line.substr(2));
  }
  return found;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

// As a shell splits them: quotes of both kinds, a backslash inside double ones.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words(1);
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote == '"' && c == '\\') {
      words.back() += command[++i];
    } else if (quote ? c == quote : c == '"' || c == '\'') {
      quote = quote ? 0 : c;
    } else if (!quote && c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// As much of curl as the page uses.
Reply run_curl(Client& client, const std::string& command) {
  std::string method;
  std::string path;
  std::optional<std::string> body;
  // What the client would add by itself, said otherwise.
  http::Headers headers{{"Authorization", "none"}};
  const std::vector<std::string> words = words_of(command);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-X") {
      method = words[++i];
    } else if (words[i] == "--json") {
      body = words[++i];
    } else if (words[i] == "-u") {
      headers.front().value = "Bearer " + words[++i].substr(words[i].find(':') + 1);
    } else if (words[i] == "-H") {
      const std::string header = words[++i];
      const std::size_t colon = header.find(": ");
      if (header.starts_with("Authorization")) headers.erase(headers.begin());
      headers.push_back({header.substr(0, colon), header.substr(colon + 2)});
    } else {
      EXPECT_TRUE(path.empty()) << words[i];
      path = words[i];
    }
  }
  if (method.empty()) method = body ? "POST" : "GET";
  return client.ask(method, path, body, headers);
}

TEST(Documentation, OfRestHasExamplesThatWork) {
  Installation installation;
  const std::string token = installation.add_user("ann");
  Client client(installation.port(), "ann", token);
  std::string id;
  for (const Example& example : examples()) {
    ASSERT_NE(example.status, 0) << "no status after " << example.command;
    std::string command = example.command;
    replace_all(command, "$MAYFLY", "/users/ann");
    replace_all(command, "$AUTH", "Authorization: Bearer " + token);
    replace_all(command, "$TOKEN", token);
    replace_all(command, "$ID", id);
    const Reply reply = run_curl(client, command);
    EXPECT_EQ(reply.status, example.status) << command << "\n" << reply.text;
    if (const std::string made = text_of(reply.body, "id"); made.starts_with("r-")) id = made;
  }
  EXPECT_GT(examples().size(), 15U);
}

TEST(Documentation, OfRestHasEveryRoute) {
  const std::vector<std::string> lines = lines_of(page());
  for (const Operation& operation : operations()) {
    const bool listed = std::ranges::any_of(lines, [&](const std::string& line) {
      const std::size_t path = line.find(std::string(operation.path) + "`");
      return line.starts_with("|") && path != std::string::npos &&
             line.substr(0, path).contains("`" + std::string(operation.method));
    });
    EXPECT_TRUE(listed) << operation.method << " " << operation.path;
  }
}

TEST(Documentation, OfRestHasEveryCode) {
  const std::string text = page();
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const ProblemKind kind = kind_of(static_cast<ErrorCode>(i));
    EXPECT_TRUE(text.contains(fmt::format("| `{}` | {} |", kind.code, kind.status))) << kind.code;
  }
}

TEST(Documentation, OfRestShowsAProblemAsItIs) {
  Installation installation;
  Client ann = new_user(installation);
  const Reply reply = ann.ask("POST", "estimates",
                              R"({"kind":"vm","vcpus":1,"memory_gib":1,"count":0,"colour":1})");
  const std::string text = page();
  const std::size_t begin = text.find("```json\n") + 8;
  EXPECT_EQ(json::parse(text.substr(begin, text.find("```", begin) - begin)).value(), reply.body);
}

}  // namespace
}  // namespace mayfly::rest
