#include "oslc/failure.h"

#include <fmt/format.h>

#include "oslc/description.h"
#include "oslc/vocabulary.h"
#include "rdf/chars.h"
#include "rest/problem.h"

namespace mayfly::oslc {
namespace {

// Automation's clients know 400 for content that is wrong, not 422.
int status_of(const Error& error) {
  if (error.code == ErrorCode::invalid) return 400;
  return rest::kind_of(error.code).status;
}

// A message may quote what was sent: cut within a character, or with one that no XML can hold.
std::string printable(std::string_view message) {
  std::string text;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t start = at;
    const char32_t c = rdf::decode(message, at);
    if (c == rdf::kNoChar) ++at;
    if (c == rdf::kNoChar || !rdf::is_xml_char(c)) {
      text += '?';
    } else {
      text += message.substr(start, at - start);
    }
  }
  return text;
}

}  // namespace

Failure::Failure(const Error& error)
    : status(status_of(error)), message(error.message), remedy(error.remedy), fields(error.fields) {
  for (const FieldError& wrong : error.fields) {
    if (!message.contains(wrong.message))
      message += fmt::format("; {} {}", wrong.field, wrong.message);
  }
  // Whatever a problem of REST says in its headers is said here, too: the challenge, when to retry.
  for (http::Header& header : rest::problem_response(error).headers) {
    if (header.name != "Content-Type") headers.push_back(std::move(header));
  }
}

rdf::Graph error_graph(const Failure& failure) {
  rdf::Graph graph = new_graph();
  Description error = Description::anonymous(graph);
  error.a("http://open-services.net/ns/core#Error")
      .text(core::kStatusCode, fmt::format("{}", failure.status))
      .text(core::kMessage,
            printable(failure.remedy.empty()
                          ? failure.message
                          : fmt::format("{}. {}", failure.message, failure.remedy)));
  for (const FieldError& wrong : failure.fields) {
    error.inside(core::kCause)
        .text(ours::kParameter, printable(wrong.field))
        .text(dublin::kDescription, printable(wrong.message));
  }
  return graph;
}

}  // namespace mayfly::oslc
