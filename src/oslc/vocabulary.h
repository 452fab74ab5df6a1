// The terms that we say and understand, as IRIs. Where the specifications and their drafts disagree
// on a namespace both spellings are here, and dialect.h says who hears which. Our own terms are
// urn:mayfly:oslc: and are explained in docs/oslc.md.
#pragma once

#include <string_view>

#include "rdf/term.h"

namespace mayfly::oslc {

namespace core {
inline constexpr std::string_view kNamespace = "http://open-services.net/ns/core#";
inline constexpr std::string_view kActionType = "http://open-services.net/ns/core#Action";
inline constexpr std::string_view kAllowedValues = "http://open-services.net/ns/core#AllowedValues";
inline constexpr std::string_view kCreationFactoryType =
    "http://open-services.net/ns/core#CreationFactory";
inline constexpr std::string_view kContentFromRepresentation =
    "http://open-services.net/ns/core#ContentFromRepresentation";
inline constexpr std::string_view kDialogType = "http://open-services.net/ns/core#Dialog";
inline constexpr std::string_view kError = "http://open-services.net/ns/core#Error";
inline constexpr std::string_view kExtendedErrorType =
    "http://open-services.net/ns/core#ExtendedError";
inline constexpr std::string_view kPropertyType = "http://open-services.net/ns/core#Property";
inline constexpr std::string_view kQueryCapabilityType =
    "http://open-services.net/ns/core#QueryCapability";
inline constexpr std::string_view kResourceShapeType =
    "http://open-services.net/ns/core#ResourceShape";
inline constexpr std::string_view kResponseInfo = "http://open-services.net/ns/core#ResponseInfo";
inline constexpr std::string_view kServiceType = "http://open-services.net/ns/core#Service";
inline constexpr std::string_view kServiceProviderType =
    "http://open-services.net/ns/core#ServiceProvider";
inline constexpr std::string_view kServiceProviderCatalogType =
    "http://open-services.net/ns/core#ServiceProviderCatalog";
inline constexpr std::string_view kStopAction = "http://open-services.net/ns/core#StopAction";
inline constexpr std::string_view kTeardownAction =
    "http://open-services.net/ns/core#TeardownAction";
inline constexpr std::string_view kPrefixDefinitionType =
    "http://open-services.net/ns/core#PrefixDefinition";
inline constexpr std::string_view kPublisher = "http://open-services.net/ns/core#Publisher";
inline constexpr std::string_view kAny = "http://open-services.net/ns/core#Any";
inline constexpr std::string_view kAnyResource = "http://open-services.net/ns/core#AnyResource";
inline constexpr std::string_view kLocalResource = "http://open-services.net/ns/core#LocalResource";
inline constexpr std::string_view kResource = "http://open-services.net/ns/core#Resource";
inline constexpr std::string_view kInline = "http://open-services.net/ns/core#Inline";
inline constexpr std::string_view kReference = "http://open-services.net/ns/core#Reference";
inline constexpr std::string_view kEither = "http://open-services.net/ns/core#Either";
inline constexpr std::string_view kAction = "http://open-services.net/ns/core#action";
inline constexpr std::string_view kBinding = "http://open-services.net/ns/core#binding";
inline constexpr std::string_view kExecutes = "http://open-services.net/ns/core#executes";
inline constexpr std::string_view kFutureAction = "http://open-services.net/ns/core#futureAction";
inline constexpr std::string_view kFinalStatusLocation =
    "http://open-services.net/ns/core#finalStatusLocation";
inline constexpr std::string_view kUsage = "http://open-services.net/ns/core#usage";
inline constexpr std::string_view kDefaultUsage = "http://open-services.net/ns/core#default";
inline constexpr std::string_view kDomain = "http://open-services.net/ns/core#domain";
inline constexpr std::string_view kService = "http://open-services.net/ns/core#service";
inline constexpr std::string_view kCreation = "http://open-services.net/ns/core#creation";
inline constexpr std::string_view kCreationFactory =
    "http://open-services.net/ns/core#creationFactory";
inline constexpr std::string_view kQueryCapability =
    "http://open-services.net/ns/core#queryCapability";
inline constexpr std::string_view kQueryBase = "http://open-services.net/ns/core#queryBase";
inline constexpr std::string_view kResourceType = "http://open-services.net/ns/core#resourceType";
inline constexpr std::string_view kResourceShape = "http://open-services.net/ns/core#resourceShape";
inline constexpr std::string_view kInstanceShape = "http://open-services.net/ns/core#instanceShape";
inline constexpr std::string_view kServiceProvider =
    "http://open-services.net/ns/core#serviceProvider";
inline constexpr std::string_view kServiceProviderCatalog =
    "http://open-services.net/ns/core#serviceProviderCatalog";
inline constexpr std::string_view kDetails = "http://open-services.net/ns/core#details";
inline constexpr std::string_view kLabel = "http://open-services.net/ns/core#label";
inline constexpr std::string_view kSelectionDialog =
    "http://open-services.net/ns/core#selectionDialog";
inline constexpr std::string_view kCreationDialog =
    "http://open-services.net/ns/core#creationDialog";
inline constexpr std::string_view kActionDialog = "http://open-services.net/ns/core#ActionDialog";
inline constexpr std::string_view kPreferDialog = "http://open-services.net/ns/core#PreferDialog";
inline constexpr std::string_view kHintWidth = "http://open-services.net/ns/core#hintWidth";
inline constexpr std::string_view kHintHeight = "http://open-services.net/ns/core#hintHeight";
inline constexpr std::string_view kDialog = "http://open-services.net/ns/core#dialog";
inline constexpr std::string_view kDescribes = "http://open-services.net/ns/core#describes";
inline constexpr std::string_view kProperty = "http://open-services.net/ns/core#property";
inline constexpr std::string_view kName = "http://open-services.net/ns/core#name";
inline constexpr std::string_view kOccurs = "http://open-services.net/ns/core#occurs";
inline constexpr std::string_view kPropertyDefinition =
    "http://open-services.net/ns/core#propertyDefinition";
inline constexpr std::string_view kRange = "http://open-services.net/ns/core#range";
inline constexpr std::string_view kValueType = "http://open-services.net/ns/core#valueType";
inline constexpr std::string_view kRepresentation =
    "http://open-services.net/ns/core#representation";
inline constexpr std::string_view kReadOnly = "http://open-services.net/ns/core#readOnly";
inline constexpr std::string_view kAllowedValue = "http://open-services.net/ns/core#allowedValue";
inline constexpr std::string_view kDefaultValue = "http://open-services.net/ns/core#defaultValue";
inline constexpr std::string_view kMaxSize = "http://open-services.net/ns/core#maxSize";
inline constexpr std::string_view kIsMemberProperty =
    "http://open-services.net/ns/core#isMemberProperty";
inline constexpr std::string_view kQueryable = "http://open-services.net/ns/core#queryable";
inline constexpr std::string_view kPrefix = "http://open-services.net/ns/core#prefix";
inline constexpr std::string_view kPrefixBase = "http://open-services.net/ns/core#prefixBase";
inline constexpr std::string_view kPrefixDefinition =
    "http://open-services.net/ns/core#prefixDefinition";
inline constexpr std::string_view kNextPage = "http://open-services.net/ns/core#nextPage";
inline constexpr std::string_view kTotalCount = "http://open-services.net/ns/core#totalCount";
inline constexpr std::string_view kPostBody = "http://open-services.net/ns/core#postBody";
inline constexpr std::string_view kScore = "http://open-services.net/ns/core#score";
inline constexpr std::string_view kOrder = "http://open-services.net/ns/core#order";
inline constexpr std::string_view kCompactType = "http://open-services.net/ns/core#Compact";
inline constexpr std::string_view kPreviewType = "http://open-services.net/ns/core#Preview";
inline constexpr std::string_view kSmallPreview = "http://open-services.net/ns/core#smallPreview";
inline constexpr std::string_view kLargePreview = "http://open-services.net/ns/core#largePreview";
inline constexpr std::string_view kDocument = "http://open-services.net/ns/core#document";
inline constexpr std::string_view kShortTitle = "http://open-services.net/ns/core#shortTitle";
inline constexpr std::string_view kIcon = "http://open-services.net/ns/core#icon";
inline constexpr std::string_view kIconTitle = "http://open-services.net/ns/core#iconTitle";
inline constexpr std::string_view kStatusCode = "http://open-services.net/ns/core#statusCode";
inline constexpr std::string_view kCause = "http://open-services.net/ns/core#cause";
inline constexpr std::string_view kMessage = "http://open-services.net/ns/core#message";
inline constexpr std::string_view kExtendedError = "http://open-services.net/ns/core#extendedError";
inline constexpr std::string_view kRel = "http://open-services.net/ns/core#rel";
inline constexpr std::string_view kMoreInfo = "http://open-services.net/ns/core#moreInfo";
}  // namespace core

namespace automation {
inline constexpr std::string_view kNamespace = "http://open-services.net/ns/auto#";
inline constexpr std::string_view kAutomationPlan =
    "http://open-services.net/ns/auto#AutomationPlan";
inline constexpr std::string_view kAutomationRequest =
    "http://open-services.net/ns/auto#AutomationRequest";
inline constexpr std::string_view kAutomationResult =
    "http://open-services.net/ns/auto#AutomationResult";
inline constexpr std::string_view kParameterInstance =
    "http://open-services.net/ns/auto#ParameterInstance";
inline constexpr std::string_view kTeardownAction =
    "http://open-services.net/ns/auto#TeardownAction";
inline constexpr std::string_view kTemplateDialog =
    "http://open-services.net/ns/auto#TemplateDialog";
inline constexpr std::string_view kBinding = "http://open-services.net/ns/auto#binding";
inline constexpr std::string_view kDeploy = "http://open-services.net/ns/auto#Deploy";
inline constexpr std::string_view kImmediateExecution =
    "http://open-services.net/ns/auto#ImmediateExecution";
inline constexpr std::string_view kDeferredExecution =
    "http://open-services.net/ns/auto#DeferredExecution";
inline constexpr std::string_view kQueued = "http://open-services.net/ns/auto#queued";
inline constexpr std::string_view kInProgress = "http://open-services.net/ns/auto#inProgress";
inline constexpr std::string_view kCanceling = "http://open-services.net/ns/auto#canceling";
inline constexpr std::string_view kCanceled = "http://open-services.net/ns/auto#canceled";
inline constexpr std::string_view kComplete = "http://open-services.net/ns/auto#complete";
inline constexpr std::string_view kNewState = "http://open-services.net/ns/auto#new";
inline constexpr std::string_view kUnavailable = "http://open-services.net/ns/auto#unavailable";
inline constexpr std::string_view kPassed = "http://open-services.net/ns/auto#passed";
inline constexpr std::string_view kWarning = "http://open-services.net/ns/auto#warning";
inline constexpr std::string_view kFailed = "http://open-services.net/ns/auto#failed";
inline constexpr std::string_view kError = "http://open-services.net/ns/auto#error";
inline constexpr std::string_view kState = "http://open-services.net/ns/auto#state";
inline constexpr std::string_view kVerdict = "http://open-services.net/ns/auto#verdict";
inline constexpr std::string_view kDesiredState = "http://open-services.net/ns/auto#desiredState";
inline constexpr std::string_view kProgress = "http://open-services.net/ns/auto#progress";
inline constexpr std::string_view kInputParameter =
    "http://open-services.net/ns/auto#inputParameter";
inline constexpr std::string_view kOutputParameter =
    "http://open-services.net/ns/auto#outputParameter";
inline constexpr std::string_view kParameterDefinition =
    "http://open-services.net/ns/auto#parameterDefinition";
inline constexpr std::string_view kContribution = "http://open-services.net/ns/auto#contribution";
inline constexpr std::string_view kExecutesAutomationPlan =
    "http://open-services.net/ns/auto#executesAutomationPlan";
inline constexpr std::string_view kReportsOnAutomationPlan =
    "http://open-services.net/ns/auto#reportsOnAutomationPlan";
inline constexpr std::string_view kProducedByAutomationRequest =
    "http://open-services.net/ns/auto#producedByAutomationRequest";
inline constexpr std::string_view kProducedAutomationResult =
    "http://open-services.net/ns/auto#producedAutomationResult";
inline constexpr std::string_view kFutureAction = "http://open-services.net/ns/auto#futureAction";
inline constexpr std::string_view kExecutes = "http://open-services.net/ns/auto#executes";
}  // namespace automation

namespace dublin {
inline constexpr std::string_view kNamespace = "http://purl.org/dc/terms/";
inline constexpr std::string_view kTitle = "http://purl.org/dc/terms/title";
inline constexpr std::string_view kIdentifier = "http://purl.org/dc/terms/identifier";
inline constexpr std::string_view kDescription = "http://purl.org/dc/terms/description";
inline constexpr std::string_view kCreated = "http://purl.org/dc/terms/created";
inline constexpr std::string_view kModified = "http://purl.org/dc/terms/modified";
inline constexpr std::string_view kCreator = "http://purl.org/dc/terms/creator";
inline constexpr std::string_view kSubject = "http://purl.org/dc/terms/subject";
}  // namespace dublin

namespace http_terms {
inline constexpr std::string_view kNamespace = "http://www.w3.org/2011/http#";
inline constexpr std::string_view kRequest = "http://www.w3.org/2011/http#Request";
inline constexpr std::string_view kRequestURI = "http://www.w3.org/2011/http#requestURI";
inline constexpr std::string_view kMthd = "http://www.w3.org/2011/http#mthd";
inline constexpr std::string_view kHttpVersion = "http://www.w3.org/2011/http#httpVersion";
inline constexpr std::string_view kBody = "http://www.w3.org/2011/http#body";
inline constexpr std::string_view kStatusCode = "http://www.w3.org/2011/http#StatusCode";
}  // namespace http_terms

namespace ours {
inline constexpr std::string_view kNamespace = "urn:mayfly:oslc:";
inline constexpr std::string_view kDeployment = "urn:mayfly:oslc:Deployment";
inline constexpr std::string_view kDeploying = "urn:mayfly:oslc:Deploying";
inline constexpr std::string_view kActive = "urn:mayfly:oslc:Active";
inline constexpr std::string_view kTearingDown = "urn:mayfly:oslc:TearingDown";
inline constexpr std::string_view kRedeployAction = "urn:mayfly:oslc:RedeployAction";
inline constexpr std::string_view kExtendAction = "urn:mayfly:oslc:ExtendAction";
inline constexpr std::string_view kRestartAction = "urn:mayfly:oslc:RestartAction";
inline constexpr std::string_view kTornDown = "urn:mayfly:oslc:TornDown";
inline constexpr std::string_view kLost = "urn:mayfly:oslc:Lost";
inline constexpr std::string_view kTeardown = "urn:mayfly:oslc:teardown";
inline constexpr std::string_view kTeardownRequired = "urn:mayfly:oslc:TeardownRequired";
inline constexpr std::string_view kTeardownOptional = "urn:mayfly:oslc:TeardownOptional";
inline constexpr std::string_view kTeardownImpossible = "urn:mayfly:oslc:TeardownImpossible";
inline constexpr std::string_view kState = "urn:mayfly:oslc:state";
inline constexpr std::string_view kExpires = "urn:mayfly:oslc:expires";
inline constexpr std::string_view kMayTearDown = "urn:mayfly:oslc:mayTearDown";
inline constexpr std::string_view kChargingStopped = "urn:mayfly:oslc:chargingStopped";
inline constexpr std::string_view kTornDownAt = "urn:mayfly:oslc:tornDownAt";
inline constexpr std::string_view kReason = "urn:mayfly:oslc:reason";
inline constexpr std::string_view kCost = "urn:mayfly:oslc:cost";
inline constexpr std::string_view kCostTail = "urn:mayfly:oslc:costTail";
inline constexpr std::string_view kCostFinal = "urn:mayfly:oslc:costFinal";
inline constexpr std::string_view kPlan = "urn:mayfly:oslc:plan";
inline constexpr std::string_view kParameter = "urn:mayfly:oslc:parameter";
}  // namespace ours

namespace ldp {
inline constexpr std::string_view kNamespace = "http://www.w3.org/ns/ldp#";
inline constexpr std::string_view kBasicContainer = "http://www.w3.org/ns/ldp#BasicContainer";
inline constexpr std::string_view kContains = "http://www.w3.org/ns/ldp#contains";
inline constexpr std::string_view kResource = "http://www.w3.org/ns/ldp#Resource";
inline constexpr std::string_view kConstrainedBy = "http://www.w3.org/ns/ldp#constrainedBy";
inline constexpr std::string_view kPreferMinimalContainer =
    "http://www.w3.org/ns/ldp#PreferMinimalContainer";
}  // namespace ldp

// What xsd and rdf have is in rdf/term.h.
inline constexpr std::string_view kValue = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value";
inline constexpr std::string_view kMember = "http://www.w3.org/2000/01/rdf-schema#member";
inline constexpr std::string_view kPost = "http://www.w3.org/2011/http-methods#POST";

}  // namespace mayfly::oslc
