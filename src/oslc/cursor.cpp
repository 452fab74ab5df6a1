#include "oslc/cursor.h"

#include <fmt/format.h>

#include "oslc/description.h"

namespace mayfly::oslc {
namespace {

// Every name that uses it is written out.
constexpr std::size_t kNamespaceBytesMax = 2048;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

void Cursor::skip_spaces() {
  while (peek() == ' ' || peek() == '\t') ++at_;
}

bool Cursor::take(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

std::string_view Cursor::word() {
  const std::size_t begin = at_;
  while (is_name_char(peek()) || peek() == '+') ++at_;
  return text_.substr(begin, at_ - begin);
}

Outcome<std::string> Cursor::name() {
  const std::string_view prefix = word();
  if (!take(":")) return wrong("a prefixed name such as dcterms:title belongs");
  const std::string_view local = word();
  const std::string* name_space = prefixes_->find(prefix);
  if (!name_space) {
    return refuse(400, fmt::format("The prefix '{}' in {} is not known", prefix, parameter_),
                  fmt::format("Declare it: oslc.prefix={}=<namespace>", prefix));
  }
  return *name_space + std::string(local);
}

Outcome<std::string> Cursor::until(char end, std::string_view what) {
  std::string value;
  ++at_;
  while (!at_end()) {
    char c = text_[at_++];
    if (c == end) return value;
    if (c == '\\' && !at_end()) c = text_[at_++];
    value += c;
  }
  return wrong(fmt::format("the {} does not end that begins", what));
}

Outcome<std::string> Cursor::iri() {
  return until('>', "IRI");
}
Outcome<std::string> Cursor::text() {
  return until('"', "text");
}

std::unexpected<Failure> Cursor::wrong(std::string_view what) const {
  return refuse(400, fmt::format("{} is not understood: {} before '{}'", parameter_, what,
                                 text_.substr(at_, 40)));
}

Outcome<rdf::Prefixes> read_prefixes(std::string_view text) {
  rdf::Prefixes prefixes = new_graph().prefixes;
  Cursor cursor("oslc.prefix", text, prefixes);
  cursor.skip_spaces();
  rdf::Prefixes read = prefixes;
  bool more = !cursor.at_end();
  while (more) {
    const std::string name(cursor.word());
    if (name.empty() || !cursor.take("=") || cursor.peek() != '<')
      return cursor.wrong("name=<namespace> belongs");
    TRY(const std::string name_space, cursor.iri());
    if (name_space.size() > kNamespaceBytesMax)
      return cursor.wrong(
          fmt::format("a namespace of at most {} bytes belongs", kNamespaceBytesMax));
    read.set(name, name_space);
    cursor.skip_spaces();
    more = cursor.take(",");
    if (!more && !cursor.at_end()) return cursor.wrong("a comma belongs");
    cursor.skip_spaces();
  }
  return read;
}

}  // namespace mayfly::oslc
