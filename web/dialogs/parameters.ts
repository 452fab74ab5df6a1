// The parameters of a plan, as its parameterDefinitions have them, and what is given for them.

import { Graph, literal, Term } from "../shared/rdf";
import { auto, oslc, rdfType, rdfValue, xsd, dcterms } from "../shared/terms";

export interface Parameter {
  name: string;
  description: string;
  datatype: string;
  required: boolean;
  many: boolean;
  allowed: string[];
  defaults: string[];
  maxSize: number | undefined;
}

// By name. A parameter that is not there is not given; one without values neither.
export type Values = Readonly<Record<string, string[]>>;

// Those that a user may give, in the order of the plan.
export function readParameters(graph: Graph, plan: Term): Parameter[] {
  return graph
    .objects(plan, auto.parameterDefinition)
    .filter((one) => graph.text(one, oslc.readOnly) !== "true")
    .map((one) => {
      const occurs = graph.object(one, oslc.occurs)?.text;
      const maxSize = graph.text(one, oslc.maxSize);
      return {
        name: graph.text(one, oslc.name),
        description: graph.text(one, dcterms.description),
        datatype: graph.object(one, oslc.valueType)?.text ?? xsd.string,
        required: occurs === oslc.exactlyOne || occurs === oslc.oneOrMany,
        many: occurs === oslc.oneOrMany || occurs === oslc.zeroOrMany,
        allowed: graph.objects(one, oslc.allowedValue).map((value) => value.text),
        defaults: graph.objects(one, oslc.defaultValue).map((value) => value.text),
        maxSize: maxSize ? Number(maxSize) : undefined,
      };
    });
}

export function defaultsOf(parameters: Parameter[]): Values {
  return Object.fromEntries(parameters.map((one) => [one.name, one.defaults]));
}

export function readValues(graph: Graph, request: Term): Values {
  const values: Record<string, string[]> = {};
  for (const instance of graph.objects(request, auto.inputParameter)) {
    const name = graph.text(instance, oslc.name);
    values[name] = [...(values[name] ?? []), ...graph.objects(instance, rdfValue).map((one) => one.text)];
  }
  return values;
}

export function givenOf(values: Values, name: string): string[] {
  return (values[name] ?? []).map((text) => text.trim()).filter((text) => text !== "");
}

// What can be told without asking the server.
export function complain(parameter: Parameter, given: string[]): string | undefined {
  if (given.length === 0) return parameter.required && parameter.defaults.length === 0 ? "is needed" : undefined;
  const wrong = given.some((text) => {
    if (parameter.datatype === xsd.integer) return !/^[+-]?\d+$/.test(text);
    if (parameter.datatype === xsd.decimal) return !/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text);
    return false;
  });
  if (wrong) return parameter.datatype === xsd.integer ? "must be a whole number" : "must be a number";
  const { maxSize } = parameter;
  if (maxSize !== undefined && given.some((text) => text.length > maxSize))
    return `must have at most ${maxSize} characters`;
  return undefined;
}

// Each value is an instance of its own, as the specification has it for those that occur more than once.
export function writeValues(graph: Graph, request: Term, parameters: Parameter[], values: Values): void {
  let count = 0;
  for (const parameter of parameters) {
    for (const text of givenOf(values, parameter.name)) {
      const instance: Term = { kind: "blank", text: `given${++count}` };
      graph.add(request, auto.inputParameter, instance);
      graph.add(instance, rdfType, { kind: "iri", text: auto.ParameterInstance });
      graph.add(instance, oslc.name, literal(parameter.name));
      graph.add(instance, rdfValue, literal(text, parameter.datatype));
    }
  }
}

// What is given instead of what the request says of these parameters; others stay.
export function replaceValues(graph: Graph, request: Term, parameters: Parameter[], values: Values): void {
  for (const instance of graph.objects(request, auto.inputParameter)) {
    if (parameters.some((one) => one.name === graph.text(instance, oslc.name))) graph.drop(instance);
  }
  writeValues(graph, request, parameters, values);
}
