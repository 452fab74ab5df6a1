// A form made of a plan's parameters: what is asked for at once, and the rest folded away until it is wanted
// or wrong.

import { ReactNode, useId } from "react";
import { xsd } from "../shared/terms";
import { Parameter, Values } from "./parameters";
import { hintOf, isFirst, isLong, isWide, labelOf, placeholderOf, unitOf, wordOf } from "./presentation";

interface FormProps {
  parameters: Parameter[];
  values: Values;
  wrong: ReadonlyMap<string, string>;
  onChange: (name: string, given: string[]) => void;
}

export function ParameterForm({ parameters, values, wrong, onChange }: FormProps) {
  const first = parameters.filter(isFirst);
  const others = parameters.filter((one) => !isFirst(one));
  const show = (list: Parameter[]) =>
    list.map((one) => (
      <ParameterField
        key={one.name}
        parameter={one}
        given={values[one.name] ?? []}
        wrong={wrong.get(one.name)}
        onChange={(given) => onChange(one.name, given)}
      />
    ));
  const wrongBelow = others.some((one) => wrong.has(one.name));
  return (
    <>
      <div className="fields">{show(first)}</div>
      {others.length > 0 && (
        <details open={wrongBelow || undefined}>
          <summary>More options</summary>
          <div className="fields">{show(others)}</div>
        </details>
      )}
    </>
  );
}

interface FieldProps {
  parameter: Parameter;
  given: string[];
  wrong: string | undefined;
  onChange: (given: string[]) => void;
}

interface Control extends FieldProps {
  id: string;
  described: string;
}

// A label, a control, and below it what is wrong or what it means.
export function Field(props: {
  label: string;
  hint?: ReactNode;
  wrong?: string | undefined;
  wide?: boolean;
  needed?: boolean;
  group?: boolean;
  children: (id: string, described: string) => ReactNode;
}) {
  const id = useId();
  const text = props.wrong ? (
    <p id={`${id}-hint`} className="hint wrong" role="alert">
      {props.label} {props.wrong}
    </p>
  ) : (
    <p id={`${id}-hint`} className="hint">
      {props.hint}
    </p>
  );
  const mark = props.needed && (
    <span className="needed" title="needed">
      *
    </span>
  );
  if (props.group) {
    return (
      <fieldset className={props.wide ? "field wide" : "field"} aria-describedby={`${id}-hint`}>
        <legend>{props.label}</legend>
        {props.children(id, `${id}-hint`)}
        {text}
      </fieldset>
    );
  }
  return (
    <div className={props.wide ? "field wide" : "field"}>
      <label htmlFor={id}>
        {props.label}
        {mark}
      </label>
      {props.children(id, `${id}-hint`)}
      {text}
    </div>
  );
}

function ParameterField(props: FieldProps) {
  const { parameter, wrong } = props;
  if (isSwitch(parameter)) return <Switch {...props} />;
  return (
    <Field
      label={labelOf(parameter.name)}
      hint={hintOf(parameter)}
      wrong={wrong}
      wide={isWide(parameter)}
      needed={parameter.required && parameter.defaults.length === 0}
      group={parameter.many && parameter.allowed.length > 0}
    >
      {(id, described) => controlOf({ ...props, id, described })}
    </Field>
  );
}

// Yes or no, and nothing else: with no default it may also be left open, which is a choice of three.
function isSwitch(parameter: Parameter): boolean {
  return parameter.datatype === xsd.boolean && parameter.defaults.length > 0;
}

function Switch({ parameter, given, wrong, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="switch" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={given[0] === "true"}
          aria-describedby={`${id}-hint`}
          aria-invalid={wrong !== undefined}
          onChange={(event) => onChange([String(event.target.checked)])}
        />
        {labelOf(parameter.name)}
      </label>
      <p id={`${id}-hint`} className={wrong ? "hint wrong" : "hint"}>
        {wrong ?? hintOf(parameter)}
      </p>
    </div>
  );
}

function controlOf(control: Control): ReactNode {
  const { parameter } = control;
  if (parameter.datatype === xsd.boolean) return <Choice {...control} choices={["true", "false"]} />;
  if (parameter.allowed.length > 0)
    return parameter.many ? <Choices {...control} /> : <Choice {...control} choices={parameter.allowed} />;
  if (isLong(parameter)) return <LongText {...control} />;
  return <Line {...control} />;
}

function Choice({ id, described, parameter, given, wrong, onChange, choices }: Control & { choices: string[] }) {
  const yesNo: Record<string, string> = { true: "Yes", false: "No" };
  return (
    <select
      id={id}
      aria-describedby={described}
      aria-invalid={wrong !== undefined}
      value={given[0] ?? ""}
      onChange={(event) => onChange(event.target.value ? [event.target.value] : [])}
    >
      {parameter.defaults.length === 0 && <option value="">{parameter.required ? "Choose …" : "As usual"}</option>}
      {choices.map((value) => (
        <option key={value} value={value}>
          {parameter.datatype === xsd.boolean ? yesNo[value] : wordOf(value)}
        </option>
      ))}
    </select>
  );
}

function Choices({ id, parameter, given, onChange }: Control) {
  const toggle = (value: string) =>
    onChange(given.includes(value) ? given.filter((one) => one !== value) : [...given, value]);
  return (
    <div className="choices">
      {parameter.allowed.map((value) => (
        <label key={value} className="switch">
          <input
            id={`${id}-${value}`}
            type="checkbox"
            checked={given.includes(value)}
            onChange={() => toggle(value)}
          />
          {wordOf(value)}
        </label>
      ))}
    </div>
  );
}

function LongText({ id, described, parameter, given, wrong, onChange }: Control) {
  return (
    <textarea
      id={id}
      rows={3}
      spellCheck={false}
      placeholder={placeholderOf(parameter)}
      aria-describedby={described}
      aria-invalid={wrong !== undefined}
      value={given[0] ?? ""}
      onChange={(event) => onChange([event.target.value])}
    />
  );
}

// Several values are written with commas between them.
function Line({ id, described, parameter, given, wrong, onChange }: Control) {
  const unit = unitOf(parameter.name);
  const numeric = parameter.datatype === xsd.integer || parameter.datatype === xsd.decimal;
  return (
    <div className={unit ? "line with-unit" : "line"}>
      <input
        id={id}
        type="text"
        inputMode={parameter.datatype === xsd.integer ? "numeric" : numeric ? "decimal" : "text"}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholderOf(parameter)}
        aria-required={parameter.required}
        aria-describedby={described}
        aria-invalid={wrong !== undefined}
        value={given.join(",")}
        onChange={(event) => onChange(parameter.many ? event.target.value.split(",") : [event.target.value])}
      />
      {unit && <span className="unit">{unit}</span>}
    </div>
  );
}
