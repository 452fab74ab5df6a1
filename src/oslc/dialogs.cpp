#include "oslc/dialogs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

// CSS lengths. The dialog asks for less or more once it is shown.
constexpr std::string_view kDialogWidth = "600px";

constexpr std::array kDialogs = {
    Dialog{.name = "plans",
           .title = "Choose a plan",
           .label = "Plan",
           .resource_type = automation::kAutomationPlan,
           .hint_height = "440px",
           .usage = {},
           .is_default = true,
           .container = Place::plans},
    Dialog{.name = "results",
           .title = "Choose a result",
           .label = "Result",
           .resource_type = automation::kAutomationResult,
           .hint_height = "440px",
           .usage = {},
           .is_default = true,
           .container = Place::results},
    Dialog{.name = "run",
           .title = "Deploy now",
           .label = "Deployment",
           .resource_type = automation::kAutomationRequest,
           .hint_height = "560px",
           .usage = automation::kImmediateExecution,
           .is_default = true,
           .container = Place::requests},
    Dialog{.name = "prepare",
           .title = "Prepare a deployment",
           .label = "Deployment, prepared",
           .resource_type = automation::kAutomationRequest,
           .hint_height = "560px",
           .usage = automation::kDeferredExecution,
           .is_default = false,
           .container = Place::prepared_factory},
};

bool selects(const Dialog& dialog) {
  return dialog.resource_type != automation::kAutomationRequest;
}

std::string_view relation_of(const Dialog& dialog) {
  return selects(dialog) ? core::kSelectionDialog : core::kCreationDialog;
}

std::string dialog_iri(const Dialog& dialog, const std::string& user, const Addresses& addresses) {
  return addresses.of({.place = Place::dialog, .user = user, .id = std::string(dialog.name)});
}

// What is prepared there is run by sending a copy to the factory (AUTO-11, AUTO-12).
void describe_deferral(Description& descriptor, const std::string& user, const Addresses& addresses,
                       rdf::Graph& graph) {
  if (speaks_draft(addresses.dialect()))
    descriptor.a(automation::kTemplateDialog).link(core::kUsage, automation::kTemplateDialog);
  if (!speaks_published(addresses.dialect())) return;
  const std::string factory = factory_iri(user, addresses);
  descriptor.link(core::kFinalStatusLocation, core::kDialogType)
      .link(core::kBinding, factory)
      .link(automation::kBinding, factory);
  describe_run_factory(user, addresses, graph);
}

}  // namespace

std::span<const Dialog> service_dialogs() {
  return kDialogs;
}

const Dialog* find_dialog(std::string_view name) {
  const auto* found = std::ranges::find(kDialogs, name, &Dialog::name);
  return found == kDialogs.end() ? nullptr : found;
}

bool is_action_dialog(std::string_view name) {
  return name == kActionDialogName || (name.starts_with(kActionDialogName) &&
                                       name.substr(kActionDialogName.size()).starts_with('-'));
}

std::string factory_iri(const std::string& user, const Addresses& addresses) {
  return addresses.of({.place = Place::requests, .user = user}) + "#factory";
}

void describe_run_factory(const std::string& user, const Addresses& addresses, rdf::Graph& graph) {
  Description factory(graph, factory_iri(user, addresses));
  factory.a(core::kCreationFactoryType)
      .markup(dublin::kTitle, "Requests that run at once", addresses.dialect())
      .link(core::kCreation, addresses.of({.place = Place::requests, .user = user}))
      .link(core::kResourceShape, addresses.of({.place = Place::request_shape, .user = user}))
      .link(core::kResourceType, automation::kAutomationRequest)
      .link(core::kUsage, core::kDefaultUsage)
      .link(core::kUsage, automation::kImmediateExecution);
  if (speaks_published(addresses.dialect()))
    factory.link(core::kFinalStatusLocation, automation::kAutomationResult);
}

void describe_dialog(const Dialog& dialog, const std::string& user, const Addresses& addresses,
                     rdf::Graph& graph) {
  const std::string iri = dialog_iri(dialog, user, addresses);
  Description descriptor(graph, iri);
  descriptor.a(core::kDialogType)
      .markup(dublin::kTitle, dialog.title, addresses.dialect())
      .text(core::kLabel, dialog.label)
      .link(core::kDialog, iri)
      .link(core::kResourceType, dialog.resource_type)
      .text(core::kHintWidth, kDialogWidth)
      .text(core::kHintHeight, dialog.hint_height);
  if (!dialog.usage.empty()) descriptor.link(core::kUsage, dialog.usage);
  if (dialog.is_default) descriptor.link(core::kUsage, core::kDefaultUsage);
  if (!selects(dialog)) {
    descriptor.link(core::kResourceShape,
                    addresses.of({.place = Place::request_shape, .user = user}));
  }
  if (dialog.usage == automation::kDeferredExecution)
    describe_deferral(descriptor, user, addresses, graph);
}

void describe_dialogs_of(const std::string& user, Description owner, const Addresses& addresses,
                         rdf::Graph& graph) {
  for (const Dialog& dialog : kDialogs) {
    owner.link(relation_of(dialog), dialog_iri(dialog, user, addresses));
    describe_dialog(dialog, user, addresses, graph);
  }
}

void describe_dialogs_of_container(const Address& container, const Addresses& addresses,
                                   rdf::Graph& graph) {
  for (const Dialog& dialog : kDialogs) {
    if (dialog.container != container.place) continue;
    Description(graph, addresses.of(container))
        .link(relation_of(dialog), dialog_iri(dialog, container.user, addresses));
    describe_dialog(dialog, container.user, addresses, graph);
  }
}

void describe_action_dialog(const std::string& iri, const Addresses& addresses, rdf::Graph& graph) {
  Description(graph, iri)
      .a(core::kDialogType)
      .markup(dublin::kTitle, "Act on a deployment", addresses.dialect())
      .text(core::kLabel, "Deployment")
      .link(core::kDialog, iri)
      .text(core::kHintWidth, kDialogWidth)
      .text(core::kHintHeight, "340px")
      .link(core::kUsage, core::kActionDialog)
      .link(core::kFinalStatusLocation, core::kActionDialog);
}

void describe_dialog_binding(Description& action, const Address& result, std::string_view fragment,
                             const Addresses& addresses, rdf::Graph& graph) {
  const std::string iri = addresses.of({.place = Place::dialog,
                                        .user = result.user,
                                        .id = fmt::format("{}-{}", kActionDialogName, fragment),
                                        .target = result.id});
  action.link(core::kBinding, iri);
  describe_action_dialog(iri, addresses, graph);
}

PreferredDialogs preferred_dialogs(const http::Request& request, Place place) {
  const bool has = std::ranges::find(kDialogs, place, &Dialog::container) != kDialogs.end();
  if (!has || request.method == "POST") return PreferredDialogs::none;
  PreferredDialogs preferred = PreferredDialogs::none;
  bool minimal = false;
  for (const http::Header& header : request.headers) {
    if (!http::equals_ignoring_case(header.name, "Prefer")) continue;
    if (!header.value.contains("return=representation")) continue;
    if (header.value.contains(core::kPreferDialog)) preferred = PreferredDialogs::beside;
    if (header.value.contains(ldp::kPreferMinimalContainer)) minimal = true;
  }
  const bool instead = minimal && preferred == PreferredDialogs::beside;
  return instead ? PreferredDialogs::instead : preferred;
}

http::Headers dialog_links(const Address& container, const Addresses& addresses) {
  http::Headers links;
  for (const Dialog& dialog : kDialogs) {
    if (dialog.container != container.place) continue;
    links.push_back(
        {"Link", fmt::format("<{}>; rel=\"{}\"", dialog_iri(dialog, container.user, addresses),
                             relation_of(dialog))});
  }
  return links;
}

}  // namespace mayfly::oslc
