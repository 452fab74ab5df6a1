#include "oslc/discovery.h"

#include <fmt/format.h>

#include "oslc/description.h"
#include "oslc/dialogs.h"
#include "oslc/vocabulary.h"
#include "rdf/writer.h"

namespace mayfly::oslc {
namespace {

std::string title_of(const std::string& user) {
  return fmt::format("Mayfly for {}", user);
}

void describe_publisher(Description& resource, Dialect dialect) {
  Description publisher = resource.inside("http://purl.org/dc/terms/publisher");
  publisher.a(core::kPublisher)
      .markup(dublin::kTitle, "Mayfly", dialect)
      .text(dublin::kIdentifier, "urn:mayfly");
}

// What a catalog says inline and the provider's own document too: clients look for the title in
// both.
Description describe_provider_head(const std::string& user, const Addresses& addresses,
                                   rdf::Graph& graph) {
  Description provider(graph, addresses.of({.place = Place::provider, .user = user}));
  provider.a(core::kServiceProviderType)
      .markup(dublin::kTitle, title_of(user), addresses.dialect())
      .markup(dublin::kDescription,
              "Machines and clusters from whichever cloud is cheapest, and their teardown.",
              addresses.dialect())
      .link(core::kDetails, addresses.of({.place = Place::details, .user = user}));
  return provider;
}

void describe_query(Description& service, std::string_view title, std::string_view type,
                    const std::string& base, const std::string& shape, Dialect dialect) {
  Description capability = service.inside(core::kQueryCapability);
  capability.a(core::kQueryCapabilityType)
      .markup(dublin::kTitle, title, dialect)
      .link(core::kQueryBase, base)
      .link(core::kResourceShape, shape)
      .link(core::kResourceType, type);
  capability.link(core::kUsage, core::kDefaultUsage);
}

void describe_factories(const std::string& user, Description& service, const Addresses& addresses,
                        rdf::Graph& graph) {
  service.link(core::kCreationFactory, factory_iri(user, addresses));
  describe_run_factory(user, addresses, graph);
  service.inside(core::kCreationFactory)
      .a(core::kCreationFactoryType)
      .markup(dublin::kTitle, "Plans, kept as templates", addresses.dialect())
      .link(core::kCreation, addresses.of({.place = Place::plans, .user = user}))
      .link(core::kResourceShape, addresses.of({.place = Place::shape, .id = "plan"}))
      .link(core::kResourceType, automation::kAutomationPlan)
      .link(core::kUsage, core::kDefaultUsage);
}

// A service of its own, and of our domain: of two factories for requests in one service a client
// that looks for their type alone takes either, and what is only kept looks to it as if it ran.
void describe_keeping(const std::string& user, Description& provider, const Addresses& addresses) {
  Description service = provider.inside(core::kService);
  service.a(core::kServiceType)
      .link(core::kDomain, ours::kNamespace)
      .link(core::kUsage, automation::kDeferredExecution);
  service.inside(core::kCreationFactory)
      .a(core::kCreationFactoryType)
      .markup(dublin::kTitle, "Requests that are kept and never run", addresses.dialect())
      .link(core::kCreation, addresses.of({.place = Place::prepared_factory, .user = user}))
      .link(core::kResourceShape, addresses.of({.place = Place::request_shape, .user = user}))
      .link(core::kResourceType, automation::kAutomationRequest)
      .link(core::kUsage, automation::kDeferredExecution);
}

void describe_prefixes(Description& provider) {
  for (const rdf::Prefix& prefix : new_graph().prefixes.entries()) {
    Description definition = provider.inside(core::kPrefixDefinition);
    definition.a(core::kPrefixDefinitionType)
        .text(core::kPrefix, prefix.name)
        .link(core::kPrefixBase, prefix.name_space);
  }
}

}  // namespace

void describe_root_services(const std::string& iri, const Addresses& addresses, rdf::Graph& graph) {
  const std::string catalog = addresses.of({.place = Place::catalog});
  Description root(graph, iri);
  root.markup(dublin::kTitle, "Mayfly", addresses.dialect())
      .link(core::kServiceProviderCatalog, catalog)
      .link("http://open-services.net/ns/auto#autoServiceProviders", catalog);
  // Clients of Jazz's make (Eclipse Lyo's is one) read no further where these are missing, whether
  // they sign in that way or not.
  const std::string oauth1 = addresses.of({.place = Place::oauth1});
  for (const char* step :
       {"oauthRequestTokenUrl", "oauthUserAuthorizationUrl", "oauthAccessTokenUrl"})
    root.link(fmt::format("http://jazz.net/xmlns/prod/jazz/jfs/1.0/{}", step), oauth1);
}

void describe_catalog(const std::string& iri, const std::vector<std::string>& users,
                      const Addresses& addresses, rdf::Graph& graph) {
  Description catalog(graph, iri);
  catalog.a(core::kServiceProviderCatalogType)
      .markup(dublin::kTitle, "Mayfly", addresses.dialect())
      .markup(dublin::kDescription,
              "One service provider for each user that the caller may act for.",
              addresses.dialect())
      .link(core::kDomain, automation::kNamespace);
  describe_publisher(catalog, addresses.dialect());
  for (const std::string& user : users) {
    catalog.link(core::kServiceProvider, addresses.of({.place = Place::provider, .user = user}));
    describe_provider_head(user, addresses, graph);
  }
}

void describe_provider(const std::string& user, const Addresses& addresses, rdf::Graph& graph) {
  const Dialect dialect = addresses.dialect();
  Description provider = describe_provider_head(user, addresses, graph);
  describe_publisher(provider, dialect);
  Description service = provider.inside(core::kService);
  service.a(core::kServiceType)
      .link(core::kDomain, automation::kNamespace)
      .link(core::kUsage, automation::kDeploy);
  describe_dialogs_of(user, service, addresses, graph);
  describe_factories(user, service, addresses, graph);
  const auto base = [&](Place place) { return addresses.of({.place = place, .user = user}); };
  const auto shape = [&](const char* name) {
    return addresses.of({.place = Place::shape, .id = name});
  };
  describe_query(service, "Plans", automation::kAutomationPlan, base(Place::plans), shape("plan"),
                 dialect);
  describe_query(service, "Requests", automation::kAutomationRequest, base(Place::requests),
                 shape("request"), dialect);
  describe_query(service, "Results", automation::kAutomationResult, base(Place::results),
                 shape("result"), dialect);
  describe_keeping(user, provider, addresses);
  describe_prefixes(provider);
}

std::string details_page(const std::string& user, const Addresses& addresses) {
  std::string links;
  const auto add = [&](const char* what, Place place) {
    links += fmt::format("<li><a href=\"{}\">{}</a></li>\n",
                         rdf::xml_literal(addresses.of({.place = place, .user = user})), what);
  };
  add("Service provider", Place::provider);
  add("Plans", Place::plans);
  add("Requests", Place::requests);
  add("Results", Place::results);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<title>{0}</title></head>\n<body>\n<h1>{0}</h1>\n"
      "<p>Machines and clusters from whichever cloud is cheapest, and their teardown, for tools "
      "that speak OSLC Automation.</p>\n<ul>\n{1}</ul>\n</body>\n</html>\n",
      rdf::xml_literal(title_of(user)), links);
}

}  // namespace mayfly::oslc
