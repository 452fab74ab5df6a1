// Described structs to JSON text without a tree in between: every stored document and every answer
// is written by this. The text is the one print(encode(item)) gives.
#pragma once

#include <array>
#include <concepts>
#include <cstring>
#include <memory>

#include "core/millionths.h"
#include "core/time.h"
#include "json/described.h"
#include "json/value.h"

namespace mayfly::json {

// Where the text grows. Made for many short pieces: room is asked for once a piece, and what is
// written into it is not initialised before.
class Writer {
 public:
  // At least `bytes` to write into; then done(end of what was written).
  char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) grow(bytes);
    return at_;
  }
  void done(char* end) { at_ = end; }

  void raw(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    at_ += text.size();
  }
  template <std::size_t N>
  void raw(const std::array<char, N>& text) {
    std::memcpy(room(N), text.data(), N);
    at_ += N;
  }
  void put(char c) {
    *room(1) = c;
    ++at_;
  }
  // As a string literal. The text is UTF-8.
  void quoted(std::string_view text);
  void number(std::int64_t number);

  std::size_t size() const { return static_cast<std::size_t>(at_ - buffer_.get()); }
  char& operator[](std::size_t index) { return buffer_[index]; }
  std::string_view text() const { return {buffer_.get(), size()}; }
  void clear();

 private:
  void grow(std::size_t bytes);
  void escaped(std::string_view text);

  std::unique_ptr<char[]> buffer_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

template <class T>
void write(const T& item, Writer& out);

namespace detail {

// This thread's writer, empty. Its buffer stays for the next text.
Writer& scratch();

// `,"name":`
template <class Member>
inline constexpr auto kNameText = [] {
  constexpr std::string_view name = Member::name;
  std::array<char, name.size() + 4> text{};
  text[0] = ',';
  text[1] = '"';
  for (std::size_t i = 0; i < name.size(); ++i) text[i + 2] = name[i];
  text[name.size() + 2] = '"';
  text[name.size() + 3] = ':';
  return text;
}();

// Each piece brings its comma in front; the first comma becomes the bracket.
inline void close(Writer& out, std::size_t begin, char open, char close) {
  if (out.size() == begin)
    out.put(open);
  else
    out[begin] = open;
  out.put(close);
}

template <Described T>
void write_struct(const T& item, Writer& out) {
  const std::size_t begin = out.size();
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    const auto& field = item.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>::value) {
      if (!field) return;
    }
    out.raw(kNameText<decltype(member)>);
    write(field, out);
  });
  close(out, begin, '{', '}');
}

template <DescribedEnum E>
void write_enum(E item, Writer& out) {
  bool known = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto entry) {
    if (item != entry.value) return;
    constexpr std::string_view name = decltype(entry)::name;
    char* at = out.room(name.size() + 2);
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    *at++ = '"';
    out.done(at);
    known = true;
  });
  if (!known) out.raw("\"?\"");
}

// Times and durations.
template <class Moment>
void write_moment(Moment item, Writer& out) {
  char* at = out.room(kTimeBytesMax + 2);
  *at++ = '"';
  at = print_to(at, item);
  *at++ = '"';
  out.done(at);
}

void write_tree(const value& tree, Writer& out);

}  // namespace detail

template <class T>
void write(const T& item, Writer& out) {
  if constexpr (std::same_as<T, bool>) {
    out.raw(item ? std::string_view("true") : std::string_view("false"));
  } else if constexpr (std::integral<T>) {
    out.number(static_cast<std::int64_t>(item));
  } else if constexpr (std::same_as<T, std::string>) {
    out.quoted(item);
  } else if constexpr (is_millionths<T>::value) {
    out.done(print_millionths_to(out.room(kMillionthsBytesMax), item.value));
  } else if constexpr (std::same_as<T, Time>) {
    detail::write_moment(item, out);
  } else if constexpr (std::same_as<T, Duration>) {
    out.quoted(to_string(item));
  } else if constexpr (DescribedEnum<T>) {
    detail::write_enum(item, out);
  } else if constexpr (is_optional<T>::value) {
    if (item)
      write(*item, out);
    else
      out.raw("null");
  } else if constexpr (is_vector<T>::value) {
    const std::size_t begin = out.size();
    for (const auto& element : item) {
      out.put(',');
      write(element, out);
    }
    detail::close(out, begin, '[', ']');
  } else if constexpr (is_text_map<T>::value) {
    const std::size_t begin = out.size();
    for (const auto& [name, text] : item) {
      out.put(',');
      out.quoted(name);
      out.put(':');
      out.quoted(text);
    }
    detail::close(out, begin, '{', '}');
  } else if constexpr (std::same_as<T, value>) {
    detail::write_tree(item, out);
  } else {
    static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    detail::write_struct(item, out);
  }
}

template <class T>
std::string to_text(const T& item) {
  Writer& out = detail::scratch();
  write(item, out);
  return std::string(out.text());
}

}  // namespace mayfly::json
