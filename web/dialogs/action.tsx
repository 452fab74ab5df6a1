// The action dialog of one result: what can be done with it now, a question before it is done, and the wait
// until the server says how it went. It follows the bindings as any client does.

import { useEffect, useRef, useState } from "react";
import { freshKey, get, post, Refusal } from "../shared/api";
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
  return { body, request, parameters, values };
}

// The action that is chosen, and its order once that is known. Nothing can be sent between one choice and the
// order of the next.
function useChoice(fail: (caught: Error) => void) {
  const [action, setAction] = useState<Action>();
  const [order, setOrder] = useState<Order>();
  const last = useRef<Action>();
  const choose = (chosen: Action) => {
    last.current = chosen;
    setAction(chosen);
    setOrder(undefined);
    readOrder(chosen).then(
      (read) => last.current === chosen && setOrder(read),
      (caught: Error) => last.current === chosen && fail(caught),
    );
  };
  return { action, order, choose };
}

export function Act() {
  const [subject, setSubject] = useState<Subject>();
  const [values, setValues] = useState<Values>({});
  const [error, setError] = useState("");
  const [running, setRunning] = useState("");
  const fail = (caught: Error) => setError(caught.message);
  const { action, order, choose } = useChoice(fail);
  // What is asked for again after an answer was lost is the same request; what is changed is another.
  const key = useRef(freshKey());
  const change = (changed: Values) => {
    key.current = freshKey();
    setValues(changed);
  };

  const start = (chosen: Action) => {
    setError("");
    change({});
    choose(chosen);
  };
  useEffect(() => {
    const uri = `${provider}/results/${encodeURIComponent(target)}`;
    get(uri).then((graph) => {
      const result = graph.subjectsWith(auto.verdict)[0];
      if (!result) return setError("This is no result.");
      const all = readActions(graph, result);
      const actions = onlyAction ? all.filter((one) => one.uri.endsWith(`#${onlyAction}`)) : all;
      setSubject({ title: graph.text(result, dcterms.title), actions });
      if (actions[0] && actions.length === 1) start(actions[0]);
    }, fail);
  }, []);

  const given = { ...order?.values, ...values };
  const execute = () => {
    if (!action || !order || !order.parameters.every((one) => !complain(one, givenOf(given, one.name)))) return;
    setError("");
    setRunning(`${action.title} …`);
    carryOut(action, order, given, key.current, setRunning).then(
      ({ verdict, result }) => answerVerdict(verdict, { label: `${action.title}: ${verdict}`, uri: result }),
      (caught: Error) => {
        if (caught instanceof Refusal && caught.isFinal()) key.current = freshKey();
        setRunning("");
        fail(caught);
      },
    );
  };
  return (
    <Frame
      title={action?.title ?? "What shall be done?"}
      lead={subject && `Deployment ${subject.title} (${target})`}
      onCancel={() => answerVerdict("canceled")}
      cancelLabel={running ? "Do not wait" : "Cancel"}
      submitLabel={running || !subject?.actions.length ? undefined : (verbOf(action) ?? "Continue")}
      submitDisabled={!order}
      dangerous={action?.endsIt}
      onSubmit={execute}
    >
      {error && <Notice kind="error">{error}</Notice>}
      {!subject && !error && <Waiting>Loading …</Waiting>}
      {running && <Waiting>{running}</Waiting>}
      {subject && !running && (
        <ActionForm subject={subject} action={action} order={order} values={given} onChoose={start} onValues={change} />
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
  action: Action | undefined;
  order: Order | undefined;
  values: Values;
  onChoose: (action: Action) => void;
  onValues: (values: Values) => void;
}

function ActionForm({ subject, action, order, values, onChoose, onValues }: ActionFormProps) {
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
          {subject.actions.map((one) => (
            <label key={one.uri} className="switch">
              <input type="radio" name="action" checked={one === action} onChange={() => onChoose(one)} />
              {one.title}
            </label>
          ))}
        </fieldset>
      )}
      {action?.endsIt && (
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

async function carryOut(action: Action, order: Order, values: Values, key: string, tell: (text: string) => void) {
  replaceValues(order.body, order.request, order.parameters, values);
  const made = await post(action.requestUri, order.body, { "Idempotency-Key": key });
  const result = made.graph.object(iri(made.address), auto.producedAutomationResult);
  if (!result) throw new Error("The server took the request and does not say where its result will be.");
  for (let wait = pauseLeast; ; wait = Math.min(wait * 1.5, pauseMost)) {
    const graph = await getWhenThere(result.text);
    const verdict = graph && verdictOf(graph, result);
    if (verdict) return { verdict, result: result.text };
    const story = graph ? graph.text(result, dcterms.description) : "The server does not answer. Asking again …";
    tell(story || `${action.title} …`);
    await pause(wait);
  }
}

// It is under way, whether we hear of it now or later.
async function getWhenThere(address: string): Promise<Graph | undefined> {
  try {
    return await get(address);
  } catch (caught) {
    if (caught instanceof Refusal && !caught.isFinal()) return undefined;
    throw caught;
  }
}
