// The delegated dialogs: one bundle, and the page says which of them it is.

import { ComponentType, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import "../shared/style.css";
import "./dialogs.css";
import { Act } from "./action";
import { Prepare, Run } from "./create";
import { dialog } from "./place";
import { onAnswered, wasAnswered } from "./protocol";
import { SelectPlan, SelectResult } from "./select";

const dialogs: Record<string, ComponentType> = {
  plans: SelectPlan,
  results: SelectResult,
  run: Run,
  prepare: Prepare,
  action: Act,
  gone: () => (
    <Note>
      <p>This form was filled in too long ago, and is not kept any more. Please begin again.</p>
    </Note>
  ),
};

function Note({ children }: { children: React.ReactNode }) {
  return (
    <main className="note" role="status">
      {children}
    </main>
  );
}

// Whoever shows the dialog takes it away once it has answered; until then it says that it is done.
function Page({ body: Body }: { body: ComponentType }) {
  if (!useSyncExternalStore(onAnswered, wasAnswered)) return <Body />;
  return (
    <Note>
      <p>Done. This can be closed.</p>
      <button type="button" className="link" onClick={() => location.reload()}>
        Start over
      </button>
    </Note>
  );
}

const body = dialogs[dialog];
const root = document.getElementById("root");
if (body && root) createRoot(root).render(<Page body={body} />);
