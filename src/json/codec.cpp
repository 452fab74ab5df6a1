#include "json/codec.h"

namespace mayfly::json {

std::unexpected<Error> Issues::to_error() && {
  Error error{.code = ErrorCode::invalid};
  for (const FieldError& issue : errors_) {
    if (!error.message.empty()) error.message += "; ";
    error.message += fmt::format("'{}' {}", issue.field, issue.message);
  }
  error.fields = std::move(errors_);
  return std::unexpected(std::move(error));
}

std::string join_names(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += fmt::format("'{}'", names[i]);
  }
  return text;
}

namespace detail {

std::string kind_name(const value& given) {
  switch (given.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "true or false";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a text";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
  }
  return "?";
}

bool applies(const FieldRule& rule, const object& members) {
  if (rule.only_when.empty()) return true;
  const std::size_t equals = rule.only_when.find('=');
  const value* decides = members.if_contains(rule.only_when.substr(0, equals));
  return decides && decides->is_string() &&
         std::string_view(decides->get_string()) == rule.only_when.substr(equals + 1);
}

bool read_integer(const value& given, std::int64_t& number) {
  if (const auto* exact = given.if_int64()) {
    number = *exact;
    return true;
  }
  // 2.0 is a whole number to every JavaScript client.
  const double* real = given.if_double();
  if (!real || std::abs(*real) > 9e15 || std::trunc(*real) != *real) return false;
  number = static_cast<std::int64_t>(*real);
  return true;
}

bool read_millionths(const value& given, std::int64_t& millionths) {
  constexpr double kExactMax = 9e15;  // below 2^53 a double holds every millionth
  double real = 0;
  if (const auto* whole = given.if_int64()) {
    real = static_cast<double>(*whole);
  } else if (const double* fraction = given.if_double()) {
    real = *fraction;
  } else {
    return false;
  }
  const double scaled = real * 1e6;
  if (!(std::abs(scaled) < kExactMax)) return false;
  millionths = std::llround(scaled);
  // What is left is either the noise of binary fractions or a seventh decimal.
  return std::abs(scaled - static_cast<double>(millionths)) <=
         std::max(1e-4, std::abs(scaled) * 1e-15);
}

void check_length(const FieldRule* rule, std::size_t length, std::string_view unit,
                  const std::string& path, Issues& issues) {
  if (!rule) return;
  const auto size = static_cast<std::int64_t>(length);
  if (rule->has_max() && size > rule->max) {
    issues.add(path, fmt::format("must have at most {} {}", rule->max, unit));
  } else if (rule->has_min() && size < rule->min) {
    issues.add(path, fmt::format("must have at least {} {}", rule->min, unit));
  }
}

void check_text(const FieldRule* rule, std::string_view text, const std::string& path,
                Issues& issues) {
  if (rule && !matches(rule->text, text)) {
    issues.add(path, fmt::format("must be {}", describe(rule->text)));
  }
}

void check_range(const FieldRule* rule, std::int64_t number, std::int64_t unit,
                 const std::string& path, Issues& issues) {
  if (!rule) return;
  if (rule->has_min() && number < rule->min * unit) {
    issues.add(path, fmt::format("must be at least {}", rule->min));
  } else if (rule->has_max() && number > rule->max * unit) {
    issues.add(path, fmt::format("must be at most {}", rule->max));
  }
}

std::string child(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

}  // namespace detail
}  // namespace mayfly::json
