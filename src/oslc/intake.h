// What a client sends: an AutomationRequest in a graph that somebody else laid out, into plain
// values. Titles come as text, as markup, or with a language; parameters inline or beside. What we
// do not know is passed over, what we know and is wrong is refused. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/addresses.h"
#include "oslc/failure.h"
#include "oslc/parameters.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct Intake {
  std::string title;
  std::string description;
  Address plan;  // a plan, or the teardown of one target
  std::vector<GivenParameter> parameters;
  std::vector<GivenParameter> properties;  // that we do not know; named by their IRIs
  std::size_t dropped = 0;                 // more of these, which are too much to be kept
};

inline constexpr std::size_t kTitleBytesMax = 500;
// Of a follow-up: it says what is done to which title, and must not be refused for how long that
// is.
inline constexpr std::size_t kDeedBytesMax = kTitleBytesMax + 100;
inline constexpr std::size_t kDescriptionBytesMax = 4000;
inline constexpr std::size_t kPropertiesMax = 64;
inline constexpr std::size_t kPropertyBytesMax = 2000;

// 400 when there is none, or more than one and none of them is `iri` (where it was sent to).
Outcome<Intake> read_intake(const rdf::Graph& graph, std::string_view iri,
                            const Addresses& addresses);

// The one resource of that type in what was sent; of several the one at `iri`. 400.
Outcome<rdf::Term> find_sent(const rdf::Graph& graph, std::string_view type, std::string_view iri);
// Of a literal, or of a title, whatever its type.
std::string text_of(const rdf::Term& term);
// dcterms:title of what was sent. 400.
Outcome<std::string> read_title(const rdf::Graph& graph, const rdf::Term& sent,
                                std::size_t bytes_max = kTitleBytesMax);

// oslc_auto:desiredState of the resource, as an IRI.
std::optional<std::string> desired_state(const rdf::Graph& graph, std::string_view iri);

// Whether everything that `sent` says about the resource, wishes apart, is in `known`.
bool says_nothing_new(const rdf::Graph& sent, const rdf::Graph& known, std::string_view iri);

// The text of an rdf:XMLLiteral: without tags, references resolved.
std::string text_of_markup(std::string_view markup);

}  // namespace mayfly::oslc
