// The terms of OSLC that the pages read and write, as IRIs.

const core = "http://open-services.net/ns/core#";
const automation = "http://open-services.net/ns/auto#";
const dublin = "http://purl.org/dc/terms/";
const http = "http://www.w3.org/2011/http#";
const mayfly = "urn:mayfly:oslc:";

export const rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
export const rdfValue = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value";
export const rdfMember = "http://www.w3.org/2000/01/rdf-schema#member";
export const xmlLiteral = "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral";

export const xsd = {
  boolean: "http://www.w3.org/2001/XMLSchema#boolean",
  integer: "http://www.w3.org/2001/XMLSchema#integer",
  decimal: "http://www.w3.org/2001/XMLSchema#decimal",
  string: "http://www.w3.org/2001/XMLSchema#string",
};

export const oslc = {
  action: core + "action",
  allowedValue: core + "allowedValue",
  binding: core + "binding",
  cause: core + "cause",
  defaultValue: core + "defaultValue",
  executes: core + "executes",
  message: core + "message",
  name: core + "name",
  nextPage: core + "nextPage",
  occurs: core + "occurs",
  exactlyOne: core + "Exactly-one",
  oneOrMany: core + "One-or-many",
  zeroOrMany: core + "Zero-or-many",
  readOnly: core + "readOnly",
  maxSize: core + "maxSize",
  TeardownAction: core + "TeardownAction",
  valueType: core + "valueType",
};

export const auto = {
  AutomationPlan: automation + "AutomationPlan",
  AutomationRequest: automation + "AutomationRequest",
  AutomationResult: automation + "AutomationResult",
  ParameterInstance: automation + "ParameterInstance",
  TeardownAction: automation + "TeardownAction",
  contribution: automation + "contribution",
  executesAutomationPlan: automation + "executesAutomationPlan",
  inputParameter: automation + "inputParameter",
  parameterDefinition: automation + "parameterDefinition",
  producedAutomationResult: automation + "producedAutomationResult",
  reportsOnAutomationPlan: automation + "reportsOnAutomationPlan",
  state: automation + "state",
  verdict: automation + "verdict",
  namespace: automation,
};

export const dcterms = {
  created: dublin + "created",
  description: dublin + "description",
  identifier: dublin + "identifier",
  title: dublin + "title",
};

export const httpTerms = {
  Request: http + "Request",
  body: http + "body",
  requestURI: http + "requestURI",
};

export const ours = {
  parameter: mayfly + "parameter",
  state: mayfly + "state",
  namespace: mayfly,
};
