// The selection dialogs: one plan, or one result.

import { useEffect, useState } from "react";
import { Waiting } from "../shared/controls";
import { readPlans, readResults } from "./lists";
import { Frame } from "./frame";
import { Item, Picker, ReadPage } from "./picker";
import { prefilled } from "./place";
import { readPrefill } from "./prefill";
import { answer, cancel } from "./protocol";

interface SelectProps {
  title: string;
  lead: string;
  read: ReadPage;
  placeholder: string;
  empty: string;
}

function SelectDialog({ title, lead, read, placeholder, empty }: SelectProps) {
  const [chosen, choose] = useState<Item>();
  const [words, setWords] = useState(prefilled ? undefined : "");
  useEffect(() => {
    if (words === undefined) readPrefill().then((read) => setWords(read.title), () => setWords(""));
  }, [words]);
  const accept = (item: Item | undefined) => item && answer([{ label: item.label, uri: item.uri }]);
  return (
    <Frame
      title={title}
      lead={lead}
      aside={chosen && <span className="chosen">{chosen.label}</span>}
      onCancel={cancel}
      submitLabel="Choose"
      submitDisabled={!chosen}
      onSubmit={() => accept(chosen)}
    >
      {words === undefined ? (
        <Waiting>Loading …</Waiting>
      ) : (
        <Picker
          read={read}
          initialWords={words}
          placeholder={placeholder}
          empty={empty}
          chosen={chosen}
          onChoose={choose}
          onAccept={accept}
        />
      )}
    </Frame>
  );
}

export const SelectPlan = () => (
  <SelectDialog
    title="Choose a plan"
    lead="What can be deployed: two built-in plans, and your templates."
    read={readPlans}
    placeholder="Search plans"
    empty="There are no plans."
  />
);

export const SelectResult = () => (
  <SelectDialog
    title="Choose a result"
    lead="Deployments and what followed them, the newest first."
    read={readResults}
    placeholder="Search results"
    empty="Nothing was launched yet."
  />
);
