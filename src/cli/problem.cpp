#include "cli/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cli/figures.h"
#include "cli/table.h"
#include "cli/utf8.h"
#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cli {
namespace {

struct ProblemField {
  std::string field;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ProblemField, (), (field, message))

struct RelaxView {
  std::string field;
  json::value value;
  Money cost_usd;
};
BOOST_DESCRIBE_STRUCT(RelaxView, (), (field, value, cost_usd))

struct Problem {
  std::string title;
  std::string detail;
  std::string remedy;
  std::string code;
  std::string cloud_code;
  std::vector<ProblemField> errors;
  std::vector<json::value> relax;
  std::vector<std::string> reservations;
};
BOOST_DESCRIBE_STRUCT(Problem, (),
                      (title, detail, remedy, code, cloud_code, errors, relax, reservations))

ErrorCode code_of_status(int status) {
  switch (status) {
    case 400:
      return ErrorCode::malformed;
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::forbidden;
    case 404:
      return ErrorCode::not_found;
    case 405:
      return ErrorCode::method_not_allowed;
    case 409:
      return ErrorCode::conflict;
    case 413:
      return ErrorCode::too_large;
    case 415:
      return ErrorCode::unsupported_media;
    case 422:
      return ErrorCode::invalid;
    case 502:
      return ErrorCode::cloud_unreachable;
    case 503:
      return ErrorCode::unavailable;
    case 504:
      return ErrorCode::timed_out;
    default:
      return ErrorCode::internal;
  }
}

std::optional<ErrorCode> code_named(std::string_view name) {
  constexpr std::array kCodes = {
      ErrorCode::malformed,     ErrorCode::invalid,           ErrorCode::unauthenticated,
      ErrorCode::forbidden,     ErrorCode::not_found,         ErrorCode::conflict,
      ErrorCode::too_large,     ErrorCode::unsupported_media, ErrorCode::method_not_allowed,
      ErrorCode::unsatisfiable, ErrorCode::rejected_by_cloud, ErrorCode::cloud_unreachable,
      ErrorCode::unavailable,   ErrorCode::timed_out,         ErrorCode::over_limit,
      ErrorCode::internal};
  const auto found =
      std::ranges::find_if(kCodes, [&](ErrorCode code) { return name_of(code) == name; });
  return found == kCodes.end() ? std::nullopt : std::optional(*found);
}

// A gateway in front of the server speaks for itself: its 502 is about the server, not a cloud.
Error without_document(const http::Answer& answer, std::string_view server) {
  Error error{.code = code_of_status(answer.status)};
  if (answer.status == 502) error.code = ErrorCode::unavailable;
  error.message =
      fmt::format("{} answered {} {}", server, answer.status, http::reason_phrase(answer.status));
  if (answer.status / 100 == 3) {
    error.remedy = fmt::format("It is elsewhere: mayfly login {}",
                               answer.header("Location").value_or("with its new address"));
  } else if (answer.status != 401 && answer.status != 403) {
    error.remedy = "Is this the address of a Mayfly server? See mayfly login --help.";
  }
  return error;
}

std::string default_remedy(const Error& error) {
  switch (error.code) {
    case ErrorCode::unauthenticated:
      return "Log in: mayfly login URL --user NAME";
    case ErrorCode::forbidden:
      return "Use your own name and token: mayfly login URL --user NAME";
    case ErrorCode::not_found:
      return "See what there is: mayfly ls --all, mayfly template ls";
    case ErrorCode::unavailable:
      return "Try again in a moment; what runs keeps running.";
    case ErrorCode::internal:
      return "Try again; if it stays, the server's log says why.";
    case ErrorCode::unsupported_media:
    case ErrorCode::method_not_allowed:
      return "The server's version may differ from this command's: mayfly --version";
    case ErrorCode::rejected_by_cloud:
      return "Try your key: mayfly keys ls, mayfly keys test ID";
    case ErrorCode::cloud_unreachable:
      return "Try again in a moment; what runs keeps running.";
    case ErrorCode::invalid:
      return error.fields.empty() ? "" : "Correct it and try again; --help explains the options.";
    default:
      return "";
  }
}

std::string relaxed_value(const RelaxView& change) {
  if (const auto* text = change.value.if_string()) return std::string(*text);
  if (const auto* items = change.value.if_array()) {
    std::string joined;
    for (const json::value& item : *items) {
      joined += (joined.empty() ? "" : ",");
      joined += item.is_string() ? std::string(item.get_string()) : json::print(item);
    }
    return joined;
  }
  return json::print(change.value);
}

// As it would be typed: --memory 8, or "without --no-burstable".
std::string relaxed_option(const RelaxView& change) {
  const std::string option = option_of_field(change.field);
  if (change.value.is_null()) return "without " + option;
  if (change.field == "burstable") return "without --no-burstable";
  return fmt::format("{} {}", option, relaxed_value(change));
}

std::vector<RelaxView> changes_of(const Error& error) {
  std::vector<RelaxView> changes;
  const auto found = error.extensions.find("relax");
  if (found == error.extensions.end()) return changes;
  const auto parsed = json::parse(found->second);
  if (!parsed || !parsed->is_array()) return changes;
  for (const json::value& entry : parsed->get_array()) {
    auto change = json::decode<RelaxView>(entry, json::Unknown::ignore);
    if (change) changes.push_back(*std::move(change));
  }
  return changes;
}

std::string relax_lines(const std::vector<RelaxView>& changes) {
  if (changes.empty()) return "";
  Table table({{"", Align::left}, {"", Align::right}});
  for (const RelaxView& change : changes) {
    table.add({relaxed_option(change), money_text(change.cost_usd)});
  }
  return "  Any one of these changes makes it possible, at this total:\n" +
         table.print({.titles = false, .indent = 4});
}

// The server speaks of fields; here the options have just been named.
std::string remedy_of(const Error& error, const std::vector<RelaxView>& changes) {
  if (!changes.empty()) {
    return "Repeat it with one of them: " + relaxed_option(changes.front());
  }
  return error.remedy.empty() ? default_remedy(error) : error.remedy;
}

std::string reservation_lines(const Error& error) {
  const auto found = error.extensions.find("reservations");
  if (found == error.extensions.end()) return "";
  const auto parsed = json::parse(found->second);
  if (!parsed || !parsed->is_array()) return "";
  std::string lines;
  for (const json::value& id : parsed->get_array()) {
    if (id.is_string()) lines += "    " + printable(id.get_string()) + "\n";
  }
  return lines.empty() ? "" : "  Reservations that stand in the way:\n" + lines;
}

// A server that repeats the fields in its sentence would have everything said twice.
std::string sentence_of(const Problem& problem) {
  const bool repeats = !problem.errors.empty() && !problem.title.empty() &&
                       problem.detail.contains(problem.errors.front().message);
  return problem.detail.empty() || repeats ? problem.title : problem.detail;
}

std::string error_json(const Error& error) {
  if (const auto found = error.extensions.find("document"); found != error.extensions.end()) {
    return found->second + "\n";
  }
  json::object document;
  document["detail"] = error.message;
  document["code"] = std::string(name_of(error.code));
  if (!error.remedy.empty()) document["remedy"] = error.remedy;
  return json::print_pretty(document) + "\n";
}

}  // namespace

Error error_of(const http::Answer& answer, std::string_view server) {
  const auto parsed = json::parse(answer.body);
  if (!parsed || !parsed->is_object()) return without_document(answer, server);
  const auto decoded = json::decode<Problem>(*parsed, json::Unknown::ignore);
  if (!decoded || (decoded->title.empty() && decoded->detail.empty())) {
    return without_document(answer, server);
  }
  const Problem& problem = *decoded;
  Error error{.code = code_named(problem.code).value_or(code_of_status(answer.status)),
              .message = sentence_of(problem),
              .remedy = problem.remedy,
              .cloud_code = problem.cloud_code};
  for (const ProblemField& wrong : problem.errors) {
    error.fields.push_back({wrong.field, wrong.message});
  }
  for (const char* name : {"relax", "reservations"}) {
    const json::value* member = parsed->get_object().if_contains(name);
    if (member) error.extensions[name] = json::print(*member);
  }
  error.extensions["document"] = json::print_pretty(*parsed);
  return error;
}

std::string describe(const Error& error, const ErrorLook& look) {
  if (look.json) return error_json(error);
  std::string text =
      fmt::format("{} {}\n", paint("error:", Tone::bad, look.colors), printable(error.message));
  for (const FieldError& wrong : error.fields) {
    text += fmt::format("  {}: {}\n", printable(option_of_field(wrong.field)),
                        printable(wrong.message));
  }
  if (!error.cloud_code.empty()) {
    text += fmt::format("  The cloud's own word: {}\n", printable(error.cloud_code));
  }
  const std::vector<RelaxView> changes = changes_of(error);
  text += relax_lines(changes) + reservation_lines(error);
  const std::string remedy = remedy_of(error, changes);
  if (!remedy.empty()) {
    text += fmt::format("{} {}\n", paint("next:", Tone::strong, look.colors), printable(remedy));
  }
  return text;
}

std::string option_of_field(std::string_view field) {
  constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
      {"count", "--count"},
      {"vcpus", "--vcpus"},
      {"memory_gib", "--memory"},
      {"disk_gib", "--disk"},
      {"arch", "--arch"},
      {"image", "--image"},
      {"clouds", "--cloud"},
      {"regions", "--region"},
      {"instance_type", "--type"},
      {"match", "--match"},
      {"burstable", "--no-burstable"},
      {"max_price_usd_hour", "--max-price"},
      {"lease", "--lease"},
      {"name", "--name"},
      {"ssh_public_key", "--ssh-key"},
      {"user_data", "--user-data"},
      {"kind", "--cluster"},
      {"nodes", "--nodes"},
      {"release", "--release"},
      {"applications", "--app"},
      {"spot_workers", "--spot-workers"},
      {"idle_timeout", "--idle-timeout"},
      {"log_uri", "--log-uri"},
      {"subnet", "--subnet"},
      {"open_to", "--open-to"},
  };
  // Of a list, the field names the entry: regions.0
  const std::string_view whole = field.substr(0, field.find('.'));
  for (const auto& [name, option] : kOptions) {
    if (name == whole) return std::string(option);
  }
  return std::string(field);
}

}  // namespace mayfly::cli
