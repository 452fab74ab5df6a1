// How a client that knows nothing but our host finds its way: root services, the catalog, one
// service provider for each user. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "oslc/addresses.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

// `iri` is the address that it was asked for at: there are two.
void describe_root_services(const std::string& iri, const Addresses& addresses, rdf::Graph& graph);
void describe_catalog(const std::string& iri, const std::vector<std::string>& users,
                      const Addresses& addresses, rdf::Graph& graph);
void describe_provider(const std::string& user, const Addresses& addresses, rdf::Graph& graph);
// The page that oslc:details leads to.
std::string details_page(const std::string& user, const Addresses& addresses);

}  // namespace mayfly::oslc
