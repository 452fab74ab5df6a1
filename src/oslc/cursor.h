// What the small languages of OSLC's query parameters have in common: prefixed names, IRIs in angle
// brackets, strings. Looks at the text, which must outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oslc/failure.h"
#include "rdf/prefixes.h"

namespace mayfly::oslc {

class Cursor {
 public:
  Cursor(std::string_view parameter, std::string_view text, const rdf::Prefixes& prefixes)
      : parameter_(parameter), text_(text), prefixes_(&prefixes) {}

  void skip_spaces();
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(std::string_view word);
  // dcterms:title as an IRI; 400 when it is none or its prefix is not known.
  Outcome<std::string> name();
  // <http://...> with \> and \\; 400 when it does not end.
  Outcome<std::string> iri();
  // "..." with \" and \\; 400 when it does not end.
  Outcome<std::string> text();
  // Letters, digits and what numbers have.
  std::string_view word();
  std::unexpected<Failure> wrong(std::string_view what) const;

 private:
  Outcome<std::string> until(char end, std::string_view what);

  std::string_view parameter_;
  std::string_view text_;
  const rdf::Prefixes* prefixes_;
  std::size_t at_ = 0;
};

// oslc.prefix, onto those that are known to everybody.
Outcome<rdf::Prefixes> read_prefixes(std::string_view text);

}  // namespace mayfly::oslc
