#include "json/parse.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace mayfly::json {
namespace {

// Walks the text without building anything and remembers the first member given twice. A member's
// name is the path that the answer gives back: `instances.0.name`.
struct DuplicateFinder {
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  using Code = boost::json::error_code;

  struct Level {
    std::set<std::string, std::less<>> names;
    std::string current;
  };
  std::vector<Level> levels;
  std::string key;
  std::string duplicate;
  bool infinite = false;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    levels.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    levels.pop_back();
    return true;
  }
  bool on_array_begin(Code&) {
    levels.emplace_back();
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    levels.pop_back();
    return true;
  }
  bool on_key_part(boost::json::string_view part, std::size_t, Code&) {
    key += part;
    return true;
  }
  bool on_key(boost::json::string_view part, std::size_t, Code&) {
    key += part;
    Level& level = levels.back();
    if (!level.names.insert(key).second && duplicate.empty()) duplicate = path_of(key);
    level.current = std::move(key);
    key.clear();
    return true;
  }
  bool on_string_part(boost::json::string_view, std::size_t, Code&) { return true; }
  bool on_string(boost::json::string_view, std::size_t, Code&) { return true; }
  bool on_number_part(boost::json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, boost::json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, boost::json::string_view, Code&) { return true; }
  bool on_double(double number, boost::json::string_view, Code&) {
    infinite = infinite || !std::isfinite(number);
    return true;
  }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(boost::json::string_view, Code&) { return true; }
  bool on_comment(boost::json::string_view, Code&) { return true; }

  std::string path_of(const std::string& last) const {
    std::string path;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
      if (!levels[i].current.empty()) path += levels[i].current + ".";
    }
    return path + last;
  }
};

std::string explain(const boost::json::error_code& error) {
  if (error == boost::json::error::too_deep) {
    return fmt::format("is nested deeper than {} levels", kDepthMax);
  }
  return fmt::format("is not JSON: {}", error.message());
}

}  // namespace

Result<value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::basic_parser<DuplicateFinder> finder(options);
  boost::json::error_code error;
  const std::size_t read = finder.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size() &&
      text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    error = boost::json::error::extra_data;
  }
  if (!error && !finder.done()) error = boost::json::error::incomplete;
  if (error) return fail(ErrorCode::malformed, "The body " + explain(error));
  if (!finder.handler().duplicate.empty()) {
    const std::string& name = finder.handler().duplicate;
    Error twice{.code = ErrorCode::malformed,
                .message = fmt::format("The member '{}' is given twice", name),
                .remedy = "Give each member once."};
    twice.fields.push_back({name, "is given twice"});
    return std::unexpected(std::move(twice));
  }
  if (finder.handler().infinite) {
    return fail(ErrorCode::malformed, "The body holds a number too large to represent");
  }
  value parsed = boost::json::parse(text, error, {}, options);
  if (error) return fail(ErrorCode::malformed, "The body " + explain(error));
  return parsed;
}

}  // namespace mayfly::json
