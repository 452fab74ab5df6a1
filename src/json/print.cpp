#include "json/print.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <iterator>

namespace mayfly::json {
namespace {

void print_double(double number, std::string& out) {
  std::string text = fmt::format("{:.6f}", number);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  out += text == "-0" ? "0" : text;
}

class Printer {
 public:
  Printer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void print(const value& tree) {
    switch (tree.kind()) {
      case boost::json::kind::null:
        out_ += "null";
        break;
      case boost::json::kind::bool_:
        out_ += tree.get_bool() ? "true" : "false";
        break;
      case boost::json::kind::int64:
        fmt::format_to(std::back_inserter(out_), "{}", tree.get_int64());
        break;
      case boost::json::kind::uint64:
        fmt::format_to(std::back_inserter(out_), "{}", tree.get_uint64());
        break;
      case boost::json::kind::double_:
        print_double(tree.get_double(), out_);
        break;
      case boost::json::kind::string:
        append_quoted(std::string_view(tree.get_string()), out_);
        break;
      case boost::json::kind::array:
        print_array(tree.get_array());
        break;
      case boost::json::kind::object:
        print_object(tree.get_object());
        break;
    }
  }

 private:
  void print_array(const array& items) {
    open('[');
    bool first = true;
    for (const value& item : items) {
      separate(first);
      print(item);
    }
    close(']', items.empty());
  }

  void print_object(const object& members) {
    open('{');
    bool first = true;
    for (const auto& member : members) {
      separate(first);
      append_quoted(std::string_view(member.key()), out_);
      out_ += pretty_ ? ": " : ":";
      print(member.value());
    }
    close('}', members.empty());
  }

  void open(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    new_line();
  }
  void close(char bracket, bool empty) {
    --depth_;
    if (!empty) new_line();
    out_ += bracket;
  }
  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  bool pretty_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string print(const value& tree) {
  std::string out;
  Printer(out, false).print(tree);
  return out;
}

std::string print_pretty(const value& tree) {
  std::string out;
  Printer(out, true).print(tree);
  return out;
}

std::string quote(std::string_view text) {
  std::string out;
  append_quoted(text, out);
  return out;
}

std::size_t clean_prefix(std::string_view text) {
  const auto dirty = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (dirty_bytes(word) != 0) break;
  }
  while (at < text.size() && !dirty(text[at])) ++at;
  return at;
}

std::size_t escape_of(char c, char* escape) {
  constexpr char kHex[] = "0123456789abcdef";
  escape[0] = '\\';
  if (c == '"' || c == '\\') {
    escape[1] = c;
    return 2;
  }
  if (c == '\n') {
    escape[1] = 'n';
    return 2;
  }
  std::memcpy(escape + 1, "u00", 3);
  escape[4] = kHex[static_cast<unsigned char>(c) >> 4];
  escape[5] = kHex[c & 15];
  return 6;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  while (true) {
    const std::size_t clean = clean_prefix(text);
    out.append(text, 0, clean);
    if (clean == text.size()) break;
    char escape[kEscapeBytesMax];
    out.append(escape, escape_of(text[clean], escape));
    text.remove_prefix(clean + 1);
  }
  out += '"';
}

}  // namespace mayfly::json
