// Described structs straight from JSON text, for documents that we wrote ourselves (write.h): a
// server with a hundred thousand reservations reads them all when it starts. What people send goes
// through parse.h and codec.h, which are strict and name every wrong field; this stops at the first
// thing that is not as expected and says where.
//
// Unknown members are skipped (a newer version may have written more), absent ones keep the
// struct's default, null empties an optional. Members are expected in the order of the description
// and found in any.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "core/millionths.h"
#include "core/result.h"
#include "core/time.h"
#include "json/described.h"
#include "json/value.h"

namespace mayfly::json {

// Walks over a text. After the first failure every member answers false and nothing moves.
class Reader {
 public:
  explicit Reader(std::string_view text)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  // for (bool more = reader.object(); more; more = reader.next_member()) ... key() and one value.
  bool object() { return enter('{') && first('}') && name(); }
  bool next_member() { return next('}') && name(); }
  std::string_view key() const { return key_; }
  // for (bool more = reader.list(); more; more = reader.next_element()) ... one value.
  bool list() { return enter('[') && first(']'); }
  bool next_element() { return next(']'); }

  bool text(std::string& out);
  // Valid until the next call.
  bool text(std::string_view& out);
  bool integer(std::int64_t& out);
  bool millionths(std::int64_t& out);
  bool boolean(bool& out);
  // Steps over a null when there is one.
  bool null();
  bool tree(value& out);
  void skip();

  bool fail(std::string_view expected);
  // Whether all was read, and well.
  Result<void> finish();

 private:
  bool enter(char bracket);
  bool first(char close);
  bool next(char close);
  bool name();
  bool unescape(std::string& out);
  bool escaped(std::string& out);
  bool unit(unsigned& out);
  bool word(std::string_view expected);
  std::string_view number_text();
  void skip_value(int depth);
  void blank() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool failed() const { return !expected_.empty(); }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::string_view key_;
  std::string key_text_;  // of a key with escapes
  std::string scratch_;
  std::string_view expected_;  // what was missing at at_; empty: all is well
};

template <class T>
void read(Reader& in, T& item);

namespace detail {

template <Described T>
void read_struct(Reader& in, T& item) {
  bool more = in.object();
  while (more) {
    bool known = false;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
      if (!more || in.key() != decltype(member)::name) return;
      read(in, item.*member.pointer);
      more = in.next_member();
      known = true;
    });
    if (known) continue;
    in.skip();
    more = in.next_member();
  }
}

template <DescribedEnum E>
void read_enum(Reader& in, E& item) {
  std::string_view text;
  if (!in.text(text)) return;
  bool known = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto entry) {
    if (known || text != decltype(entry)::name) return;
    item = entry.value;
    known = true;
  });
  if (!known) in.fail("a name that is known");
}

template <class Moment>
void read_moment(Reader& in, Moment& item) {
  std::string_view text;
  if (!in.text(text)) return;
  const auto parsed = [&] {
    if constexpr (std::same_as<Moment, Time>)
      return parse_time(text);
    else
      return parse_duration(text);
  }();
  if (parsed)
    item = *parsed;
  else
    in.fail(std::same_as<Moment, Time> ? "a time" : "a duration");
}

template <class List>
void read_list(Reader& in, List& items) {
  std::vector<typename List::value_type> found;
  for (bool more = in.list(); more; more = in.next_element()) read(in, found.emplace_back());
  items = std::move(found);
}

template <class Map>
void read_map(Reader& in, Map& items) {
  std::map<std::string, std::string> found;
  for (bool more = in.object(); more; more = in.next_member()) {
    in.text(found.emplace_hint(found.end(), in.key(), std::string{})->second);
  }
  items = std::move(found);
}

}  // namespace detail

template <class T>
void read(Reader& in, T& item) {
  if constexpr (std::same_as<T, bool>) {
    in.boolean(item);
  } else if constexpr (std::integral<T>) {
    std::int64_t number = 0;
    if (!in.integer(number)) return;
    if (std::in_range<T>(number))
      item = static_cast<T>(number);
    else
      in.fail("a smaller number");
  } else if constexpr (std::same_as<T, std::string>) {
    in.text(item);
  } else if constexpr (is_millionths<T>::value) {
    in.millionths(item.value);
  } else if constexpr (std::same_as<T, Time> || std::same_as<T, Duration>) {
    detail::read_moment(in, item);
  } else if constexpr (DescribedEnum<T>) {
    detail::read_enum(in, item);
  } else if constexpr (is_optional<T>::value) {
    if (in.null())
      item.reset();
    else
      read(in, item.emplace());
  } else if constexpr (is_vector<T>::value) {
    detail::read_list(in, item);
  } else if constexpr (is_text_map<T>::value) {
    detail::read_map(in, item);
  } else if constexpr (std::same_as<T, value>) {
    in.tree(item);
  } else {
    static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    detail::read_struct(in, item);
  }
}

// ErrorCode::malformed with the place and what was expected there.
template <class T>
Result<T> from_text(std::string_view text) {
  Reader in(text);
  T item{};
  read(in, item);
  TRY_VOID(in.finish());
  return item;
}

}  // namespace mayfly::json
