// What every dialog has: a heading, a body that scrolls, buttons that stay in sight, Escape to cancel, the
// form to sign in with, and the wish to be as large as its content.

import { FormEvent, ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { giveToken, onQuestion, openQuestion, Question } from "../shared/session";
import { Notice } from "../shared/controls";
import { askForSize } from "./protocol";

const widthWanted = 600;
const heightLeast = 300;
const heightMost = 620;

function useWantedSize(content: React.RefObject<HTMLElement>): void {
  useEffect(() => {
    const box = content.current;
    if (!box) return;
    const measure = () => {
      const frame = box.closest(".dialog")!;
      const around = frame.clientHeight - box.parentElement!.clientHeight;
      askForSize(widthWanted, Math.min(Math.max(box.offsetHeight + around, heightLeast), heightMost));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [content]);
}

function useEscape(onCancel: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) onCancel();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [onCancel]);
}

// Whenever there is something else to do: its first field, or the button that does no harm. A field that a
// dialog or a person has gone to already keeps the keyboard.
function useFirstFocus(form: React.RefObject<HTMLFormElement>, stage: string): void {
  const placed = useRef<Element>();
  useEffect(() => {
    const now = document.activeElement;
    const isOurs = now === document.body || now === placed.current;
    if (!isOurs || !form.current) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    const wanted =
      find("main :is(input, select, textarea):not(:disabled)") ??
      find("footer .primary:not(.dangerous, :disabled)") ??
      find("footer button[type=button]");
    placed.current = wanted ?? undefined;
    wanted?.focus();
  }, [stage]);
}

interface FrameProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  aside?: ReactNode; // left of the buttons
  cancelLabel?: string;
  onCancel: () => void;
  submitLabel?: string;
  submitDisabled?: boolean;
  dangerous?: boolean;
  busy?: boolean;
  onSubmit?: () => void;
}

export function Frame(props: FrameProps) {
  const question = useSyncExternalStore(onQuestion, openQuestion);
  const content = useRef<HTMLDivElement>(null);
  const title = useId();
  const form = useRef<HTMLFormElement>(null);
  useWantedSize(content);
  useEscape(props.onCancel);
  useFirstFocus(form, [question, props.title, props.submitLabel, props.submitDisabled].join());
  useEffect(() => {
    document.title = props.title;
  }, [props.title]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!props.busy && !props.submitDisabled) props.onSubmit?.();
  };
  if (question) return <SignIn question={question} onCancel={props.onCancel} />;
  return (
    <form ref={form} className="dialog" role="dialog" aria-labelledby={title} noValidate onSubmit={submit}>
      <header>
        <h1 id={title}>{props.title}</h1>
        {props.lead && <p className="lead">{props.lead}</p>}
      </header>
      <main>
        <div ref={content} className="content">
          {props.children}
        </div>
      </main>
      <footer>
        <div className="aside">{props.aside}</div>
        <button type="button" onClick={props.onCancel}>
          {props.cancelLabel ?? "Cancel"}
        </button>
        {props.submitLabel && (
          <button
            type="submit"
            className={props.dangerous ? "primary dangerous" : "primary"}
            disabled={props.submitDisabled || props.busy}
            aria-busy={props.busy}
          >
            {props.submitLabel}
          </button>
        )}
      </footer>
    </form>
  );
}

function SignIn({ question, onCancel }: { question: Question; onCancel: () => void }) {
  const [text, setText] = useState("");
  const field = useId();
  const title = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) giveToken(text.trim());
  };
  return (
    <form className="dialog" role="dialog" aria-labelledby={title} onSubmit={submit}>
      <header>
        <h1 id={title}>Sign in to Mayfly</h1>
        <p className="lead">Your token stays in this tab, and goes to this server only.</p>
      </header>
      <main>
        <div className="content">
          {question.why && <Notice kind="error">{question.why}</Notice>}
          <div className="field">
            <label htmlFor={field}>Token</label>
            <input
              id={field}
              type="password"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <p className="hint">
              The one that <code>mayfly login</code> asks for.
            </p>
          </div>
        </div>
      </main>
      <footer>
        <div className="aside" />
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={!text.trim()}>
          Sign in
        </button>
      </footer>
    </form>
  );
}
