#include "oslc/shapes.h"

#include <fmt/format.h>

#include <array>

#include "oslc/description.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::string_view kResource = "http://open-services.net/ns/core#Resource";
constexpr std::string_view kAnyResource = "http://open-services.net/ns/core#AnyResource";

struct PropertyRow {
  std::string_view property;
  std::string_view occurs;
  std::string_view value_type;
  std::string_view range = {};  // of resources
  bool read_only = true;
};

constexpr std::array kCommon = {
    PropertyRow{dublin::kTitle, "Exactly-one", rdf::kXmlLiteral, {}, false},
    PropertyRow{dublin::kIdentifier, "Exactly-one", rdf::kString},
    PropertyRow{dublin::kDescription, "Zero-or-one", rdf::kXmlLiteral},
    PropertyRow{dublin::kCreated, "Zero-or-one", rdf::kDateTime},
    PropertyRow{core::kServiceProvider, "Zero-or-many", kResource, core::kServiceProviderType},
    PropertyRow{core::kInstanceShape, "Zero-or-one", kResource, core::kResourceShapeType},
};
constexpr std::array kPlanRows = {
    PropertyRow{dublin::kModified, "Zero-or-one", rdf::kDateTime},
    PropertyRow{automation::kParameterDefinition, "Zero-or-many", kAnyResource,
                core::kPropertyType},
    PropertyRow{core::kFutureAction, "Zero-or-many", kResource, core::kActionType},
    PropertyRow{ours::kTeardown, "Exactly-one", kResource, core::kAny},
};
constexpr std::array kRequestRows = {
    PropertyRow{automation::kState, "One-or-many", kAnyResource, core::kAny},
    PropertyRow{automation::kDesiredState, "Zero-or-one", kAnyResource, core::kAny, false},
    PropertyRow{automation::kInputParameter, "Zero-or-many", kAnyResource,
                automation::kParameterInstance},
    PropertyRow{automation::kExecutesAutomationPlan, "Exactly-one", kResource,
                automation::kAutomationPlan},
    PropertyRow{automation::kProducedAutomationResult, "Zero-or-one", kResource,
                automation::kAutomationResult},
};
constexpr std::array kResultRows = {
    PropertyRow{automation::kState, "One-or-many", kAnyResource, core::kAny},
    PropertyRow{automation::kVerdict, "One-or-many", kAnyResource, core::kAny},
    PropertyRow{automation::kDesiredState, "Zero-or-one", kAnyResource, core::kAny, false},
    PropertyRow{automation::kProgress, "Zero-or-one", rdf::kInteger},
    PropertyRow{automation::kContribution, "Zero-or-many", kAnyResource, core::kAny},
    PropertyRow{automation::kInputParameter, "Zero-or-many", kAnyResource,
                automation::kParameterInstance},
    PropertyRow{automation::kOutputParameter, "Zero-or-many", kAnyResource,
                automation::kParameterInstance},
    PropertyRow{automation::kProducedByAutomationRequest, "Zero-or-one", kResource,
                automation::kAutomationRequest},
    PropertyRow{automation::kReportsOnAutomationPlan, "Exactly-one", kResource,
                automation::kAutomationPlan},
    PropertyRow{core::kAction, "Zero-or-many", kAnyResource, core::kActionType},
    PropertyRow{ours::kTeardown, "Zero-or-one", kResource, core::kAny},
    PropertyRow{ours::kReason, "Zero-or-many", rdf::kString},
};
constexpr std::array kDeploymentRows = {
    PropertyRow{ours::kState, "Exactly-one", kResource, core::kAny},
    PropertyRow{ours::kTeardown, "Exactly-one", kResource, core::kAny},
    PropertyRow{ours::kPlan, "Exactly-one", kResource, automation::kAutomationPlan},
    PropertyRow{ours::kMayTearDown, "One-or-many", rdf::kString},
    PropertyRow{ours::kExpires, "Zero-or-one", rdf::kDateTime},
    PropertyRow{ours::kChargingStopped, "Zero-or-one", rdf::kDateTime},
    PropertyRow{ours::kTornDownAt, "Zero-or-one", rdf::kDateTime},
    PropertyRow{ours::kCost, "Exactly-one", rdf::kDecimal},
    PropertyRow{ours::kCostTail, "Exactly-one", rdf::kDecimal},
    PropertyRow{ours::kCostFinal, "Exactly-one", rdf::kBoolean},
    PropertyRow{ours::kReason, "Zero-or-one", rdf::kString},
    PropertyRow{automation::kOutputParameter, "Zero-or-many", kAnyResource,
                automation::kParameterInstance},
};

struct Shape {
  std::string_view name;
  std::string_view title;
  std::string_view describes;
  std::span<const PropertyRow> rows;
};
constexpr std::array kShapes = {
    Shape{"plan", "An Automation Plan", automation::kAutomationPlan, kPlanRows},
    Shape{"request", "An Automation Request", automation::kAutomationRequest, kRequestRows},
    Shape{"result", "An Automation Result", automation::kAutomationResult, kResultRows},
    Shape{"deployment", "What was deployed", ours::kDeployment, kDeploymentRows},
};

std::string_view local_name(std::string_view iri) {
  return iri.substr(iri.find_last_of("#/:") + 1);
}

Description describe_row(const PropertyRow& row, Description& shape) {
  Description property = shape.inside(core::kProperty);
  property.a(core::kPropertyType)
      .text(core::kName, local_name(row.property))
      .link(core::kPropertyDefinition, row.property)
      .link(core::kOccurs, fmt::format("{}{}", core::kNamespace, row.occurs))
      .link(core::kValueType, row.value_type)
      .flag(core::kReadOnly, row.read_only);
  if (!row.range.empty()) {
    const std::string_view representation =
        row.value_type == kResource ? core::kReference : core::kEither;
    property.link(core::kRange, row.range).link(core::kRepresentation, representation);
  }
  return property;
}

Description begin_shape(const std::string& iri, std::string_view title, std::string_view describes,
                        Dialect dialect, rdf::Graph& graph) {
  Description shape(graph, iri);
  shape.a(core::kResourceShapeType)
      .markup(dublin::kTitle, title, dialect)
      .link(core::kDescribes, describes);
  return shape;
}

}  // namespace

bool describe_shape(std::string_view name, const Addresses& addresses, rdf::Graph& graph) {
  const auto* found = std::ranges::find(kShapes, name, &Shape::name);
  if (found == kShapes.end()) return false;
  Description shape = begin_shape(addresses.of({.place = Place::shape, .id = std::string(name)}),
                                  found->title, found->describes, addresses.dialect(), graph);
  for (const PropertyRow& row : kCommon) {
    // The deployed thing is no resource of Automation and has no shape link of its own.
    if (row.property == core::kInstanceShape && name == "deployment") continue;
    describe_row(row, shape);
  }
  for (const PropertyRow& row : found->rows) describe_row(row, shape);
  return true;
}

void describe_creation_shape(const std::string& user, const std::vector<std::string>& plans,
                             const Addresses& addresses, rdf::Graph& graph) {
  Description shape = begin_shape(addresses.of({.place = Place::request_shape, .user = user}),
                                  "A new Automation Request", automation::kAutomationRequest,
                                  addresses.dialect(), graph);
  describe_row({dublin::kTitle, "Exactly-one", rdf::kXmlLiteral, {}, false}, shape);
  describe_row({dublin::kDescription, "Zero-or-one", rdf::kXmlLiteral, {}, false}, shape);
  Description plan = describe_row({automation::kExecutesAutomationPlan, "Exactly-one", kResource,
                                   automation::kAutomationPlan, false},
                                  shape);
  for (const std::string& iri : plans) plan.link(core::kAllowedValue, iri);
  describe_row({automation::kInputParameter, "Zero-or-many", kAnyResource,
                automation::kParameterInstance, false},
               shape);
}

}  // namespace mayfly::oslc
