#include <fmt/format.h>

#include <algorithm>

#include "rdf/byte_search.h"
#include "rdf/chars.h"
#include "rdf/layout.h"
#include "rdf/names.h"
#include "rdf/writer.h"
#include "rdf/xml_canonical.h"

namespace mayfly::rdf {
namespace {

const Prefix kRdfPrefix{.name = "rdf", .name_space = std::string(kRdf)};

bool xml_local(std::string_view local) {
  return is_ncname(local);
}

bool xml_prefix(const Prefix& prefix) {
  return is_ncname(prefix.name) && find_not_xml(prefix.name_space) == std::string_view::npos &&
         !equal_ignoring_case(std::string_view(prefix.name).substr(0, 3), "xml");
}

// Names of the rdf: namespace that mean something else as an element.
bool is_syntax(const Name& name) {
  static constexpr std::string_view kSyntax[] = {
      "RDF",    "ID",       "about",       "bagID", "parseType", "resource",
      "nodeID", "datatype", "Description", "li",    "aboutEach", "aboutEachPrefix"};
  return name.prefix->name_space == kRdf &&
         std::ranges::find(kSyntax, name.local) != std::end(kSyntax);
}

constexpr auto kSpecialInText = [](auto c) {
  return (c == '&') | (c == '<') | (c == '>') | (c == '\r');
};
constexpr auto kSpecialInAttribute = [](auto c) {
  return (c == '&') | (c == '<') | (c == '"') | (c == '\t') | (c == '\n') | (c == '\r');
};

template <typename Special>
void append_escaped(std::string_view text, Special special, std::string& out) {
  while (true) {
    const std::size_t next = find_byte(text, 0, special);
    out += text.substr(0, next);
    if (next == text.size()) return;
    switch (text[next]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "&#x{:X};", static_cast<unsigned char>(text[next]));
    }
    text.remove_prefix(next + 1);
  }
}

class RdfXmlWriter {
 public:
  RdfXmlWriter(const Graph& graph, const LayoutOptions& options)
      : graph_(graph),
        layout_(graph, options),
        names_(graph, graph.prefixes, xml_local, xml_prefix, &kRdfPrefix),
        labels_(graph) {
    body_.reserve(graph.size() * 96);
  }

  Result<std::string> write() {
    depth_ = 1;
    for (const Id root : layout_.roots()) node(root);
    if (!error_.empty()) return fail(ErrorCode::invalid, "RDF/XML cannot say this: " + error_);
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF";
    out.reserve(body_.size() + 1024);
    std::string_view separator = " ";
    for (const Prefix& prefix : names_.used()) {
      out += separator;
      out += "xmlns:";
      out += prefix.name;
      out += "=\"";
      append_escaped(prefix.name_space, kSpecialInAttribute, out);
      out += '"';
      separator = "\n    ";
    }
    out += ">\n";
    out += body_;
    return out += "</rdf:RDF>\n";
  }

 private:
  void wrong(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }

  void indent() { body_.append(2 * depth_, ' '); }

  void checked(std::string_view text) {
    if (find_not_xml(text) != std::string_view::npos)
      wrong("a text has a character that XML 1.0 does not have");
  }

  void attribute(std::string_view name, std::string_view value) {
    checked(value);
    body_ += ' ';
    body_ += name;
    body_ += "=\"";
    append_escaped(value, kSpecialInAttribute, body_);
    body_ += '"';
  }

  void label(Id blank) {
    body_ += " rdf:nodeID=\"b";
    body_ += fmt::format_int(labels_.number(blank)).c_str();
    body_ += '"';
  }

  // The type that becomes the element's name; kNone for rdf:Description.
  std::uint32_t naming_type(Id subject) {
    for (const std::uint32_t at : layout_.properties(subject)) {
      const Triple& triple = graph_.triples()[at];
      if (graph_.term(triple.predicate).text != kType) break;
      if (!graph_.term(triple.object).is_iri()) continue;
      const Name name = names_.required(triple.object);
      if (name && !is_syntax(name) && !layout_.nests(at)) return at;
    }
    return kNone;
  }

  void append_name(const Name& name) {
    body_ += name.prefix->name;
    body_ += ':';
    body_ += name.local;
  }

  void node(Id subject) {
    const std::uint32_t type = graph_.of(subject).empty() ? kNone : naming_type(subject);
    const Name name = type == kNone ? Name{} : names_.required(graph_.triples()[type].object);
    indent();
    body_ += '<';
    node_name(name);
    if (graph_.term(subject).is_iri()) {
      attribute("rdf:about", graph_.term(subject).text);
    } else if (layout_.labelled(subject)) {
      label(subject);
    }
    const std::size_t opened = body_.size();
    body_ += ">\n";
    const std::size_t empty = body_.size();
    ++depth_;
    if (!graph_.of(subject).empty()) {
      for (const std::uint32_t at : layout_.properties(subject)) {
        if (at != type) property(at);
      }
    }
    --depth_;
    if (body_.size() == empty) {
      body_.resize(opened);
      body_ += "/>\n";
      return;
    }
    indent();
    body_ += "</";
    node_name(name);
    body_ += ">\n";
  }

  void node_name(const Name& name) {
    if (name) {
      append_name(name);
    } else {
      body_ += "rdf:Description";
    }
  }

  void property(std::uint32_t triple) {
    const Id predicate = graph_.triples()[triple].predicate;
    const Id object = graph_.triples()[triple].object;
    const Name name = names_.required(predicate);
    if (!name || is_syntax(name)) {
      wrong(fmt::format("the predicate <{}> is no XML name", graph_.term(predicate).text));
      return;
    }
    indent();
    body_ += '<';
    append_name(name);
    const Term& term = graph_.term(object);
    if (const std::vector<std::uint32_t>* items = layout_.list(triple)) {
      body_ += " rdf:parseType=\"Collection\">\n";
      ++depth_;
      for (const std::uint32_t item : *items) list_item(item);
      --depth_;
      indent();
    } else if (layout_.nests(triple)) {
      body_ += ">\n";
      ++depth_;
      node(object);
      --depth_;
      indent();
    } else if (term.is_literal()) {
      literal_value(term);
    } else {
      reference("rdf:resource", object);
      body_ += "/>\n";
      return;
    }
    body_ += "</";
    append_name(name);
    body_ += ">\n";
  }

  void reference(std::string_view attribute_name, Id node) {
    if (graph_.term(node).is_blank()) {
      label(node);
    } else {
      attribute(attribute_name, graph_.term(node).text);
    }
  }

  void list_item(std::uint32_t triple) {
    const Id item = graph_.triples()[triple].object;
    if (layout_.nests(triple)) {
      node(item);
      return;
    }
    indent();
    body_ += "<rdf:Description";
    reference("rdf:about", item);
    body_ += "/>\n";
  }

  void literal_value(const Term& term) {
    if (term.datatype == kXmlLiteral && is_canonical_xml(term.text)) {
      body_ += " rdf:parseType=\"Literal\">";
      body_ += term.text;
      return;
    }
    if (!term.language.empty()) {
      attribute("xml:lang", term.language);
    } else if (term.datatype != kString) {
      attribute("rdf:datatype", term.datatype);
    }
    checked(term.text);
    body_ += '>';
    append_escaped(term.text, kSpecialInText, body_);
  }

  const Graph& graph_;
  const Layout layout_;
  Names names_;
  Labels labels_;
  std::string body_;
  std::string error_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<std::string> write_rdf_xml(const Graph& graph, const WriteOptions& options) {
  return RdfXmlWriter(graph, {.root = options.root, .nest_blanks = false, .lists = Lists::none})
      .write();
}

Result<std::string> write_rdf_xml_abbreviated(const Graph& graph, const WriteOptions& options) {
  return RdfXmlWriter(
             graph,
             {.root = options.root, .nest_iris = options.nest_iris, .lists = Lists::of_nodes})
      .write();
}

std::string xml_literal(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 16);
  append_escaped(text, kSpecialInText, escaped);
  return escaped;
}

}  // namespace mayfly::rdf
