#include "cli/parser.h"

#include <fstream>

#include "cli/commands.h"
#include "cli/problem.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

class ParserTest : public testing::Test {
 protected:
  Parsed parse_line(std::string_view line) { return parse(tree, words_of(line)); }

  std::string mistake(std::string_view line) {
    const Parsed parsed = parse_line(line);
    const auto* wrong = std::get_if<UsageMistake>(&parsed);
    return wrong ? wrong->path + ": " + wrong->message : "no mistake";
  }
  std::string command(std::string_view line) {
    const Parsed parsed = parse_line(line);
    const auto* found = std::get_if<const Command*>(&parsed);
    return found ? (*found)->path : "no command: " + mistake(line);
  }

  struct Values {
    bool flag = false;
    std::optional<std::int64_t> number;
    std::optional<Money> money;
    std::optional<Duration> time;
    std::optional<std::string> text;
    std::optional<std::string> word;
    std::vector<std::string> list;
    std::string id;
    std::vector<std::string> ids;
    bool global = false;
  } values;

  CommandTree make_tree() {
    const auto run = [] { return Result<ExitCode>(ExitCode::ok); };
    return {.program = "mayfly",
            .version = "1",
            .summary = "Test.",
            .options = {cli::flag("--json", values.global, "")},
            .commands = {{.path = "one",
                          .arguments = {argument("ID", values.id, "")},
                          .options = {cli::flag("--flag", values.flag, ""),
                                      option("--number", "N", values.number, ""),
                                      option("--money", "USD", values.money, ""),
                                      option("--time", "TIME", values.time, ""),
                                      option("--text", "TEXT", values.text, ""),
                                      choice("--word", {"at-least", "x86_64"}, values.word, ""),
                                      list("--list", "A,...", values.list, "")},
                          .run = run},
                         {.path = "group"},
                         {.path = "group one",
                          .arguments = {arguments("ID", values.ids, "")},
                          .options = {list("--list", "A,...", values.list, "")},
                          .run = run},
                         {.path = "group deep"},
                         {.path = "group deep one", .run = run}}};
  }
  const CommandTree tree = make_tree();
};

TEST_F(ParserTest, FindsCommandsAtEveryDepth) {
  EXPECT_EQ(command("one x"), "one");
  EXPECT_EQ(command("group one"), "group one");
  EXPECT_EQ(command("group deep one"), "group deep one");
}

TEST_F(ParserTest, HandsOverValuesOfEveryKind) {
  EXPECT_EQ(
      command("one --flag --number 3 --money 0.05 --time 1h30m --text 'a [b]' --word at_least "
              "r-1"),
      "one");
  EXPECT_TRUE(values.flag);
  EXPECT_EQ(values.number, 3);
  EXPECT_EQ(values.money, Money{50'000});
  EXPECT_EQ(values.time, Duration{90min});
  EXPECT_EQ(values.text, "a [b]");
  EXPECT_EQ(values.word, "at-least");
  EXPECT_EQ(values.id, "r-1");
  EXPECT_FALSE(values.global);
}

TEST_F(ParserTest, GathersListsFromCommasAndRepetitions) {
  EXPECT_EQ(command("group one --list a,b --list 'eu-*' r-1 r-2"), "group one");
  EXPECT_THAT(values.list, testing::ElementsAre("a", "b", "eu-*"));
  EXPECT_THAT(values.ids, testing::ElementsAre("r-1", "r-2"));
}

TEST_F(ParserTest, TakesGlobalOptionsAnywhere) {
  EXPECT_EQ(command("group deep one --json"), "group deep one");
  EXPECT_TRUE(values.global);
  values.global = false;
  EXPECT_EQ(command("--json one x"), "one");
  EXPECT_TRUE(values.global);
}

TEST_F(ParserTest, TakesArgumentsThatAreNamedLikeCommands) {
  EXPECT_EQ(command("one group"), "one");
  EXPECT_EQ(values.id, "group");
  EXPECT_EQ(command("group one one group"), "group one");
  EXPECT_THAT(values.ids, testing::ElementsAre("one", "group"));
}

TEST_F(ParserTest, SaysWhatIsWrong) {
  EXPECT_EQ(mistake(""), ": A command is missing");
  EXPECT_EQ(mistake("group"), "group: A command is missing");
  EXPECT_EQ(mistake("one"), "one: ID is required");
  EXPECT_EQ(mistake("one x --number 1.5"), "one: --number: '1.5' is not a whole number");
  EXPECT_EQ(mistake("one x --word c"), "one: --word: 'c' is not one of at-least, x86_64");
  EXPECT_THAT(mistake("one x --time 5"), testing::StartsWith("one: --time: '5' is not a duration"));
  EXPECT_THAT(mistake("one x --money 1.0000001"), testing::HasSubstr("--money"));
  EXPECT_THAT(mistake("one x y"), testing::HasSubstr("y"));
  EXPECT_THAT(mistake("one x --unknown"), testing::HasSubstr("--unknown"));
  EXPECT_EQ(mistake("nothing here"), ": There is no command 'nothing'");
  EXPECT_EQ(mistake("group nothing"), "group: There is no command 'group nothing'");
  EXPECT_THAT(mistake("one x --text"), testing::HasSubstr("--text"));
  EXPECT_THAT(mistake("one x --number 1 --number 2"), testing::HasSubstr("--number"));
}

TEST_F(ParserTest, KnowsWhoseHelpIsWanted) {
  const auto help_of = [this](std::string_view line) {
    const Parsed parsed = parse_line(line);
    const auto* help = std::get_if<HelpWanted>(&parsed);
    return help ? help->path : "no help";
  };
  EXPECT_EQ(help_of("--help"), "");
  EXPECT_EQ(help_of("group -h"), "group");
  EXPECT_EQ(help_of("group deep one --help"), "group deep one");
  EXPECT_EQ(help_of("one --help"), "one") << "although ID is missing";
  EXPECT_TRUE(std::holds_alternative<VersionWanted>(parse_line("--version")));
}

// What people copy must work: every example of the help and of the documentation is understood.
class DocumentedTest : public testing::Test {
 protected:
  std::string problem_with(const std::string& line) {
    const std::string words = line.substr(0, std::min(line.find(" < "), line.find(" > ")));
    const Parsed parsed = parse(tree, words_of(words.substr(words.find(' ') + 1)));
    if (const auto* wrong = std::get_if<UsageMistake>(&parsed)) return wrong->message;
    return "";
  }

  // How many examples the page has; `text` is all of it.
  int check_examples(const char* page, std::string& text) {
    std::ifstream manual(page);
    EXPECT_TRUE(manual.good()) << page;
    bool in_example = false;
    int examples = 0;
    for (std::string line; std::getline(manual, line); text += line + "\n") {
      if (line.starts_with("```")) in_example = line == "```sh";
      if (!in_example || !line.starts_with("mayfly ")) continue;
      ++examples;
      EXPECT_EQ(problem_with(line.substr(0, line.find("  #"))), "") << line;
    }
    return examples;
  }

  Stage stage;
  std::ostringstream nowhere;
  Surroundings surroundings{.in = stage.input.fd(),
                            .out = nowhere,
                            .err = nowhere,
                            .transport = *stage.transport,
                            .clock = stage.clock,
                            .random = stage.random};
  Session session{surroundings};
  const CommandTree tree = make_command_tree(session, "1.2.3", stage.server_commands);
};

TEST_F(DocumentedTest, EveryExampleOfTheHelpIsUnderstood) {
  for (const Example& step : tree.first_steps) EXPECT_EQ(problem_with(step.line), "");
  for (const Command& command : tree.commands) {
    EXPECT_EQ(command.examples.empty(), !command.run) << command.path;
    for (const Example& example : command.examples) {
      EXPECT_TRUE(example.line.starts_with("mayfly " + command.path)) << example.line;
      EXPECT_EQ(problem_with(example.line), "") << example.line;
    }
  }
}

TEST_F(DocumentedTest, EveryExampleOfTheManualIsUnderstoodAndNoCommandIsForgotten) {
  std::string text;
  EXPECT_GT(check_examples("docs/cli.md", text), 20);
  for (const Command& command : tree.commands) {
    if (command.run) EXPECT_THAT(text, testing::HasSubstr("mayfly " + command.path));
  }
}

TEST_F(DocumentedTest, EveryExampleOfClustersIsUnderstoodAndEveryFieldHasItsOption) {
  std::string text;
  EXPECT_GT(check_examples("docs/clusters.md", text), 2);
  for (const char* field : {"nodes", "release", "applications", "idle_timeout", "spot_workers",
                            "log_uri", "subnet", "open_to"}) {
    EXPECT_THAT(text,
                testing::HasSubstr(fmt::format("| `{}` | `{}`", field, option_of_field(field))));
  }
}

// The help of everything, as it was last agreed on. MAYFLY_UPDATE_GOLDEN=1 writes it anew.
TEST_F(DocumentedTest, HelpIsAsAgreed) {
  const std::string path = "src/cli/testdata/help.txt";
  std::string all = help_text(tree, "");
  for (const Command& command : tree.commands) {
    all +=
        fmt::format("\n==== mayfly {} --help\n\n{}", command.path, help_text(tree, command.path));
  }
  if (std::getenv("MAYFLY_UPDATE_GOLDEN")) std::ofstream(path) << all;
  std::ostringstream agreed;
  agreed << std::ifstream(path).rdbuf();
  EXPECT_EQ(all, agreed.str());
}

TEST_F(DocumentedTest, HelpFitsTheTerminal) {
  for (const Command& command : tree.commands) {
    std::istringstream text(help_text(tree, command.path));
    for (std::string line; std::getline(text, line);) {
      const bool example = line.starts_with("  mayfly ");
      if (!example) EXPECT_LE(line.size(), 80u) << command.path << ": " << line;
    }
  }
}

}  // namespace
}  // namespace mayfly::cli
