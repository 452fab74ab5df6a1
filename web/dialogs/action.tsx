// The action dialog of one result: what can be done with it now, a question before it is done, and the wait
// until the server says how it went. It follows the bindings as any client does.

import { useEffect, useState } from "react";
import { get, post } from "../shared/api";
import { Notice, Waiting } from "../shared/controls";
import { Graph, iri, Term } from "../shared/rdf";
import { auto, dcterms, httpTerms, oslc, rdfValue } from "../shared/terms";
import { ParameterForm } from "./form";
import { Frame } from "./frame";
import { complain, defaultsOf, givenOf, Parameter, readParameters, readValues, replaceValues, Values } from "./parameters";
import { onlyAction, provider, target } from "./place";
import { answerVerdict, Verdict } from "./protocol";

interface Action {
  uri: string;
  title: string;
  endsIt: boolean;
  requestUri: string;
  bodyUri: string;
}

// Of the bindings only the one with a body to send: the dialog itself may be another.
function readActions(graph: Graph, result: Term): Action[] {
  return graph.objects(result, oslc.action).flatMap((action) => {
    const binding = graph.objects(action, oslc.binding).find((one) => graph.isA(one, httpTerms.Request));
    const requestUri = binding && graph.object(binding, httpTerms.requestURI)?.text;
    const body = binding && graph.object(binding, httpTerms.body);
    const bodyUri = body?.kind === "blank" ? graph.object(body, rdfValue)?.text : body?.text;
    if (!requestUri || !bodyUri) return [];
    return [
      {
        uri: action.text,
        title: graph.text(action, dcterms.title),
        endsIt: graph.isA(action, auto.TeardownAction) || graph.isA(action, oslc.TeardownAction),
        requestUri,
        bodyUri,
      },
    ];
  });
}

interface Subject {
  title: string;
  actions: Action[];
}

// What sending an action's request takes: the request as it is, and what it may be given besides.
interface Order {
  action: Action;
  body: Graph;
  request: Term;
  parameters: Parameter[];
  values: Values; // of the request as it is
}

async function readOrder(action: Action): Promise<Order> {
  const body = await get(action.bodyUri);
  const request = iri(action.bodyUri);
  const plan = body.object(request, auto.executesAutomationPlan);
  const parameters = plan ? readParameters(await get(plan.text), plan) : [];
  const values = { ...defaultsOf(parameters), ...readValues(body, request) };
  return { action, body, request, parameters, values };
}

export function Act() {
  const [subject, setSubject] = useState<Subject>();
  const [order, setOrder] = useState<Order>();
  const [values, setValues] = useState<Values>({});
  const [error, setError] = useState("");
  const [running, setRunning] = useState("");
  const fail = (caught: Error) => setError(caught.message);

  const choose = (action: Action) => {
    setError("");
    readOrder(action).then((read) => {
      setOrder(read);
      setValues(read.values);
    }, fail);
  };
  useEffect(() => {
    const uri = `${provider}/results/${encodeURIComponent(target)}`;
    get(uri).then((graph) => {
      const result = graph.subjectsWith(auto.verdict)[0];
      if (!result) return setError("This is no result.");
      const all = readActions(graph, result);
      const actions = onlyAction ? all.filter((one) => one.uri.endsWith(`#${onlyAction}`)) : all;
      setSubject({ title: graph.text(result, dcterms.title), actions });
      if (actions[0] && actions.length === 1) choose(actions[0]);
    }, fail);
  }, []);

  const execute = () => {
    if (!order || !order.parameters.every((one) => !complain(one, givenOf(values, one.name)))) return;
    setError("");
    setRunning(`${order.action.title} …`);
    carryOut(order, values, setRunning).then(
      ({ verdict, result }) => answerVerdict(verdict, { label: `${order.action.title}: ${verdict}`, uri: result }),
      (caught: Error) => {
        setRunning("");
        fail(caught);
      },
    );
  };
  return (
    <Frame
      title={order?.action.title ?? "What shall be done?"}
      lead={subject && `Deployment ${subject.title} (${target})`}
      onCancel={() => answerVerdict("canceled")}
      cancelLabel={running ? "Do not wait" : "Cancel"}
      submitLabel={running || !subject?.actions.length ? undefined : (verbOf(order?.action) ?? "Continue")}
      submitDisabled={!order}
      dangerous={order?.action.endsIt}
      onSubmit={execute}
    >
      {error && <Notice kind="error">{error}</Notice>}
      {!subject && !error && <Waiting>Loading …</Waiting>}
      {running && <Waiting>{running}</Waiting>}
      {subject && !running && (
        <ActionForm subject={subject} order={order} values={values} onChoose={choose} onValues={setValues} />
      )}
    </Frame>
  );
}

// "Tear down: web": what comes before the colon is what the button says.
function verbOf(action: Action | undefined): string | undefined {
  return action?.title.split(":")[0];
}

interface ActionFormProps {
  subject: Subject;
  order: Order | undefined;
  values: Values;
  onChoose: (action: Action) => void;
  onValues: (values: Values) => void;
}

function ActionForm({ subject, order, values, onChoose, onValues }: ActionFormProps) {
  if (subject.actions.length === 0) return <p className="empty">This cannot be done at the moment. It may have been done already.</p>;
  const wrong = new Map<string, string>();
  for (const parameter of order?.parameters ?? []) {
    const given = givenOf(values, parameter.name);
    const complaint = given.length > 0 ? complain(parameter, given) : undefined;
    if (complaint) wrong.set(parameter.name, complaint);
  }
  return (
    <>
      {subject.actions.length > 1 && (
        <fieldset className="actions">
          <legend className="hidden">What shall be done?</legend>
          {subject.actions.map((action, index) => (
            <label key={action.uri} className="switch">
              <input
                type="radio"
                name="action"
                autoFocus={index === 0}
                checked={order?.action.uri === action.uri}
                onChange={() => onChoose(action)}
              />
              {action.title}
            </label>
          ))}
        </fieldset>
      )}
      {order?.action.endsIt && (
        <p className="consequence">Everything that was deployed is ended, with what is on its disks.</p>
      )}
      {order && (
        <ParameterForm
          parameters={order.parameters}
          values={values}
          wrong={wrong}
          onChange={(name, given) => onValues({ ...values, [name]: given })}
        />
      )}
    </>
  );
}

// ---- doing it

const pauseLeast = 500;
const pauseMost = 5000;
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

function verdictOf(graph: Graph, result: Term): Verdict | undefined {
  const is = (property: string, ...names: string[]) =>
    names.some((name) => graph.objects(result, property).some((one) => one.text === auto.namespace + name));
  if (is(auto.state, "canceled")) return "canceled";
  if (is(auto.verdict, "passed", "warning")) return "passed";
  if (is(auto.verdict, "failed", "error")) return "failed";
  return undefined;
}

async function carryOut(order: Order, values: Values, tell: (text: string) => void) {
  replaceValues(order.body, order.request, order.parameters, values);
  const made = await post(order.action.requestUri, order.body);
  const result = made.graph.object(iri(made.address), auto.producedAutomationResult);
  if (!result) throw new Error("The server took the request and does not say where its result will be.");
  for (let wait = pauseLeast; ; wait = Math.min(wait * 1.5, pauseMost)) {
    const graph: Graph = await get(result.text);
    const verdict = verdictOf(graph, result);
    if (verdict) return { verdict, result: result.text };
    tell(graph.text(result, dcterms.description) || `${order.action.title} …`);
    await pause(wait);
  }
}
