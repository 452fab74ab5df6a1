#include <fmt/format.h>

#include "rdf/byte_search.h"
#include "rdf/chars.h"
#include "rdf/layout.h"
#include "rdf/names.h"
#include "rdf/writer.h"

namespace mayfly::rdf {
namespace {

// Narrower than the grammar, so that nothing has to be escaped.
bool turtle_local(std::string_view local) {
  if (local.empty()) return true;
  std::size_t at = 0;
  bool first = true;
  while (at < local.size()) {
    const char32_t c = decode(local, at);
    if (c == kNoChar || !is_name_char(c)) return false;
    if (first && !(is_name_start(c) || is_digit(c))) return false;
    first = false;
  }
  return true;
}

bool turtle_prefix(const Prefix& prefix) {
  if (prefix.name.empty()) return true;
  std::size_t at = 0;
  const char32_t first = decode(prefix.name, at);
  return first != '_' && is_ncname(prefix.name) && !prefix.name.ends_with('.');
}

// A string in quotes, readable by N-Triples too.
void append_string(std::string_view text, std::string& out) {
  out += '"';
  const auto special = [](auto c) {
    return ((c >= 0) & (c < ' ')) | (c == '"') | (c == '\\') | (c == 0x7F);
  };
  while (true) {
    const std::size_t plain = find_byte(text, 0, special);
    out += text.substr(0, plain);
    if (plain == text.size()) break;
    const char c = text[plain];
    text.remove_prefix(plain + 1);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(c));
    }
  }
  out += '"';
}

void append_iri(std::string_view text, std::string& out) {
  out += '<';
  out += text;
  out += '>';
}

void append_label(std::uint32_t number, std::string& out) {
  out += "_:b";
  out += fmt::format_int(number).c_str();
}

// Written without quotes: not "007" or "-0", of which some readers keep only the number.
bool is_plain_integer(std::string_view text) {
  if (text == "0") return true;
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

class TurtleWriter {
 public:
  TurtleWriter(const Graph& graph, const WriteOptions& options)
      : graph_(graph),
        layout_(graph, {.root = options.root, .nest_iris = false}),
        names_(graph, graph.prefixes, turtle_local, turtle_prefix),
        labels_(graph) {
    body_.reserve(graph.size() * 48);
  }

  std::string write() {
    for (const Id root : layout_.roots()) top(root);
    std::string out;
    out.reserve(body_.size() + 1024);
    for (const Prefix& prefix : names_.used()) {
      fmt::format_to(std::back_inserter(out), "@prefix {}: <{}> .\n", prefix.name,
                     prefix.name_space);
    }
    return out += body_;
  }

 private:
  void top(Id node) {
    body_ += '\n';
    if (graph_.term(node).is_blank() && !layout_.labelled(node)) {
      body_ += "[]";
    } else {
      named(node);
    }
    depth_ = 1;
    body_ += ' ';
    properties(node);
    body_ += " .\n";
  }

  // One line for each predicate.
  void properties(Id node) {
    Id last = kNone;
    for (const std::uint32_t at : layout_.properties(node)) {
      const Id verb = graph_.triples()[at].predicate;
      if (verb == last) {
        body_ += " , ";
      } else {
        if (last != kNone) line(" ;");
        if (graph_.term(verb).text == kType) {
          body_ += 'a';
        } else {
          named(verb);
        }
        body_ += ' ';
      }
      last = verb;
      object(at);
    }
  }

  void line(std::string_view end_of_last) {
    body_ += end_of_last;
    body_ += '\n';
    body_.append(2 * depth_, ' ');
  }

  void object(std::uint32_t triple) {
    const Id value = graph_.triples()[triple].object;
    if (const std::vector<std::uint32_t>* items = layout_.list(triple)) {
      body_ += '(';
      for (const std::uint32_t item : *items) {
        body_ += ' ';
        object(item);
      }
      body_ += " )";
    } else if (layout_.nests(triple)) {
      nested(value);
    } else if (graph_.term(value).is_literal()) {
      literal_value(graph_.term(value));
    } else {
      named(value);
    }
  }

  void nested(Id node) {
    if (graph_.of(node).empty()) {
      body_ += "[]";
      return;
    }
    body_ += '[';
    ++depth_;
    line("");
    properties(node);
    --depth_;
    line("");
    body_ += ']';
  }

  void named(Id node) {
    const Term& term = graph_.term(node);
    if (term.is_blank()) {
      append_label(labels_.number(node), body_);
      return;
    }
    const Name name = names_.of(node);
    if (!name) {
      append_iri(term.text, body_);
      return;
    }
    body_ += name.prefix->name;
    body_ += ':';
    body_ += name.local;
  }

  void literal_value(const Term& term) {
    if (term.datatype == kInteger && is_plain_integer(term.text)) {
      body_ += term.text;
    } else if (term.datatype == kBoolean && (term.text == "true" || term.text == "false")) {
      body_ += term.text;
    } else {
      append_string(term.text, body_);
      if (!term.language.empty()) {
        body_ += '@';
        body_ += term.language;
      } else if (term.datatype != kString) {
        body_ += "^^";
        // rdf:langString is no term of the graph, and no literal without a language has it.
        const Id datatype = graph_.find(iri(term.datatype));
        if (datatype == kNone) {
          append_iri(term.datatype, body_);
        } else {
          named(datatype);
        }
      }
    }
  }

  const Graph& graph_;
  const Layout layout_;
  Names names_;
  Labels labels_;
  std::string body_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string write_turtle(const Graph& graph, const WriteOptions& options) {
  return TurtleWriter(graph, options).write();
}

std::string write_n_triples(const Graph& graph) {
  std::string out;
  Labels labels(graph);
  const auto append = [&](Id id) {
    const Term& term = graph.term(id);
    if (term.is_blank()) {
      append_label(labels.number(id), out);
    } else if (term.is_iri()) {
      append_iri(term.text, out);
    } else {
      append_string(term.text, out);
      if (!term.language.empty()) {
        out += '@';
        out += term.language;
      } else if (term.datatype != kString) {
        out += "^^";
        append_iri(term.datatype, out);
      }
    }
    out += ' ';
  };
  for (const Triple& triple : graph.triples()) {
    append(triple.subject);
    append(triple.predicate);
    append(triple.object);
    out += ".\n";
  }
  return out;
}

}  // namespace mayfly::rdf
