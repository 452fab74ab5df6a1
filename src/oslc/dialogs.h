// Delegated dialogs: pages of ours that another tool shows to its user, to choose a plan or a
// result, to start or prepare a request, or to act on a result. Here are their descriptors and the
// pages' frames; what happens in them is web/dialogs, which talks to this door like any client.
//
// A page and its script hold nothing of the user's and are answered to everybody: whoever looks at
// one signs in on it. `docs/oslc-dialogs.md` says how one is shown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/description.h"
#include "oslc/visit.h"
#include "service/prefills.h"

namespace mayfly::oslc {

struct Dialog {
  std::string_view name;  // the last segment of its address
  std::string_view title;
  std::string_view label;
  std::string_view resource_type;
  std::string_view hint_height;
  std::string_view usage;  // besides oslc:default
  bool is_default = false;
  // Where its Link relation and its descriptor are told of.
  Place container = Place::requests;
};

// `action`: whatever a result offers; `action-teardown`: the action that the result names
// #teardown.
inline constexpr std::string_view kActionDialogName = "action";
bool is_action_dialog(std::string_view name);
// Those of a service provider: the action dialogs belong to results.
std::span<const Dialog> service_dialogs();
const Dialog* find_dialog(std::string_view name);

// oslc:Dialog at its address, and `owner` (a service, a container) with it.
void describe_dialog(const Dialog& dialog, const std::string& user, const Addresses& addresses,
                     rdf::Graph& graph);
// The binding of an action that a user sees to; the address holds the target.
void describe_action_dialog(const std::string& iri, const Addresses& addresses, rdf::Graph& graph);
// That, as one more binding of an action that the result names `#fragment`.
void describe_dialog_binding(Description& action, const Address& result, std::string_view fragment,
                             const Addresses& addresses, rdf::Graph& graph);
// What was filled in, as a request at the prefilled dialog's address.
void describe_prefill(const service::Prefill& prefill, const std::string& iri,
                      const Addresses& addresses, rdf::Graph& graph);
void describe_dialogs_of(const std::string& user, Description owner, const Addresses& addresses,
                         rdf::Graph& graph);
void describe_dialogs_of_container(const Address& container, const Addresses& addresses,
                                   rdf::Graph& graph);
// The factory that what a deferred dialog prepared is sent to: the binding of that dialog.
std::string factory_iri(const std::string& user, const Addresses& addresses);
void describe_run_factory(const std::string& user, const Addresses& addresses, rdf::Graph& graph);

// Link headers of a container: ldp types are elsewhere.
http::Headers dialog_links(const Address& container, const Addresses& addresses);
// A GET that prefers dialogs (Prefer: return=representation; include="...#PreferDialog") is told of
// them beside the members, or instead of them when it also prefers a minimal container.
enum class PreferredDialogs { none, beside, instead };
PreferredDialogs preferred_dialogs(const http::Request& request, Place place);

// Who may ask without credentials: pages and scripts, not what somebody filled in.
bool is_open_to_all(const http::Request& request, Place place);
// Whether the client rather reads a page than a graph.
bool wants_page(const http::Request& request);
// What a page of ours may do and who may show it; `hosts` are origins beside our own.
http::Headers page_headers(const std::vector<std::string>& hosts);

Later<Answered> get_dialog(Visit& visit);
Later<Answered> post_dialog(Visit& visit);
Later<Answered> get_prefilled(Visit& visit);
Later<Answered> get_asset(Visit& visit);

}  // namespace mayfly::oslc
