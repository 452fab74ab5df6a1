// The creation dialogs: a plan, what it is given, and a request made of both. One runs it at once, the other
// has the server keep it for whoever sends a copy to the factory later.

import { useCallback, useEffect, useRef, useState } from "react";
import { freshKey, get, post, Refusal } from "../shared/api";
import { Notice, Waiting } from "../shared/controls";
import { Graph, iri, literal } from "../shared/rdf";
import { auto, dcterms, rdfType } from "../shared/terms";
import { Estimate, useEstimate } from "./estimate";
import { Field, ParameterForm } from "./form";
import { Frame } from "./frame";
import { readPlans } from "./lists";
import { complain, defaultsOf, givenOf, Parameter, readParameters, Values, writeValues } from "./parameters";
import { Item, Picker } from "./picker";
import { provider } from "./place";
import { nothingFilledIn, readPrefill, Prefill } from "./prefill";
import { answer, cancel } from "./protocol";

interface Kind {
  title: string;
  lead: string;
  factory: string;
  submit: string;
}

const run: Kind = {
  title: "Deploy now",
  lead: "It starts at once, on whichever cloud is cheapest.",
  factory: "requests",
  submit: "Deploy",
};
const prepare: Kind = {
  title: "Prepare a deployment",
  lead: "It is kept for a day and does not run until its tool starts it.",
  factory: "prepared",
  submit: "Prepare",
};

export const Run = () => <CreateDialog kind={run} />;
export const Prepare = () => <CreateDialog kind={prepare} />;

interface Plan {
  uri: string;
  title: string;
  parameters: Parameter[];
}

async function readPlan(uri: string): Promise<Plan> {
  const graph = await get(uri);
  return { uri, title: graph.text(iri(uri), dcterms.title), parameters: readParameters(graph, iri(uri)) };
}

function CreateDialog({ kind }: { kind: Kind }) {
  const [start, setStart] = useState<Prefill>();
  const [plan, setPlan] = useState<Plan>();
  const [chosen, choose] = useState<Item>();
  const [error, setError] = useState("");

  const open = useCallback(async (uri: string) => {
    setError("");
    try {
      setPlan(await readPlan(uri));
    } catch (caught) {
      setError((caught as Error).message);
    }
  }, []);
  useEffect(() => {
    readPrefill().then(
      (read) => {
        setStart(read);
        if (read.plan) void open(read.plan);
      },
      (caught: Error) => {
        setStart(nothingFilledIn);
        setError(caught.message);
      },
    );
  }, [open]);

  if (start && plan)
    return <FillIn key={plan.uri} kind={kind} plan={plan} start={start} onBack={() => setPlan(undefined)} />;
  const waiting = !start || (start.plan !== "" && !chosen && !error && !plan);
  return (
    <Frame
      title={kind.title}
      lead={kind.lead}
      aside={chosen?.label}
      onCancel={cancel}
      submitLabel="Next"
      submitDisabled={!chosen}
      onSubmit={() => chosen && void open(chosen.uri)}
    >
      {error && <Notice kind="error">{error}</Notice>}
      {waiting ? (
        <Waiting>Loading …</Waiting>
      ) : (
        <Picker
          read={readPlans}
          placeholder="Search plans"
          empty="There are no plans."
          chosen={chosen}
          onChoose={choose}
          onAccept={(item) => void open(item.uri)}
        />
      )}
    </Frame>
  );
}

function requestOf(plan: Plan, title: string, description: string, values: Values): Graph {
  const graph = new Graph();
  const request = { kind: "blank", text: "request" } as const;
  graph.add(request, rdfType, iri(auto.AutomationRequest));
  graph.add(request, dcterms.title, literal(title));
  if (description) graph.add(request, dcterms.description, literal(description));
  graph.add(request, auto.executesAutomationPlan, iri(plan.uri));
  writeValues(graph, request, plan.parameters, values);
  return graph;
}

// Sends the request once, however often the button is pressed: while no answer is known a further try has the
// same key, so that the server knows it again.
function useSending(kind: Kind) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const key = useRef(freshKey());
  const send = async (title: string, graph: Graph) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const made = await post(`${provider}/${kind.factory}`, graph, { "Idempotency-Key": key.current });
      answer([{ label: title, uri: made.address }]);
    } catch (caught) {
      const refused = caught instanceof Refusal ? caught : new Refusal(0, (caught as Error).message);
      if (refused.isFinal()) key.current = freshKey();
      setRefusal(refused);
    }
    setBusy(false);
  };
  const changed = () => {
    if (refusal) key.current = freshKey();
    setRefusal(undefined);
  };
  return { busy, refusal, send, changed };
}

function FillIn({ kind, plan, start, onBack }: { kind: Kind; plan: Plan; start: Prefill; onBack: () => void }) {
  const [title, setTitle] = useState(start.title || plan.title);
  const [values, setValues] = useState<Values>({ ...defaultsOf(plan.parameters), ...start.values });
  const [tried, setTried] = useState(false);
  const { busy, refusal, send, changed } = useSending(kind);
  const estimate = useEstimate(plan.parameters, values);

  const wrong = new Map([...estimate.wrong, ...(refusal?.parameters ?? [])]);
  for (const parameter of plan.parameters) {
    const given = givenOf(values, parameter.name);
    const complaint = complain(parameter, given);
    // Nobody is told off for what he has not come to yet.
    if (complaint && (tried || given.length > 0)) wrong.set(parameter.name, complaint);
  }
  const titleWrong = tried && !title.trim() ? "is needed" : undefined;

  const submit = () => {
    setTried(true);
    const complete = plan.parameters.every((one) => !complain(one, givenOf(values, one.name)));
    if (complete && title.trim()) void send(title.trim(), requestOf(plan, title.trim(), start.description, values));
  };
  const unnamed = refusal && (refusal.parameters.size === 0 || refusal.status === 0);
  return (
    <Frame
      title={kind.title}
      lead={
        <>
          {plan.title} ·{" "}
          <button type="button" className="link" onClick={onBack}>
            another plan
          </button>
        </>
      }
      aside={<Price estimate={estimate} />}
      onCancel={cancel}
      submitLabel={busy ? `${kind.submit} …` : kind.submit}
      busy={busy}
      onSubmit={submit}
    >
      {unnamed && <Notice kind="error">{refusal.message}</Notice>}
      {!unnamed && estimate.problem && <Notice kind="info">{estimate.problem}</Notice>}
      <Field label="Title" hint="" wrong={titleWrong} wide>
        {(id, described) => (
          <input
            id={id}
            autoFocus
            autoComplete="off"
            aria-describedby={described}
            aria-invalid={titleWrong !== undefined}
            value={title}
            onChange={(event) => {
              changed();
              setTitle(event.target.value);
            }}
          />
        )}
      </Field>
      <ParameterForm
        parameters={plan.parameters}
        values={values}
        wrong={wrong}
        onChange={(name, given) => {
          changed();
          setValues((before) => ({ ...before, [name]: given }));
        }}
      />
    </Frame>
  );
}

function Price({ estimate }: { estimate: Estimate }) {
  const { offer } = estimate;
  if (!offer) return null;
  const place = `${offer.instance_type} · ${offer.cloud} ${offer.region}`;
  return (
    <span className="price" title={place} role="status">
      <strong>${offer.price_usd_hour.toFixed(4)}</strong> an hour each · {place}
    </span>
  );
}
