// A list to choose one thing from: searched by the server, read page by page, and never as a whole. The
// search box keeps the focus; the arrows move through the list, Enter chooses (the combobox of ARIA's
// patterns).

import { KeyboardEvent, ReactNode, useCallback, useEffect, useId, useRef, useState } from "react";
import { Notice, Waiting } from "../shared/controls";

export interface Item {
  uri: string;
  label: string;
  detail: ReactNode;
  badge?: ReactNode;
}

export interface ItemPage {
  items: Item[];
  next: string | undefined;
}

// `more` is the address of a next page; without one the first page of what fits the words.
export type ReadPage = (words: string, more: string | undefined, signal: AbortSignal) => Promise<ItemPage>;

const typingPause = 250;

interface Listing {
  items: Item[];
  next: string | undefined;
  loading: boolean;
  error: string;
}
const nothing: Listing = { items: [], next: undefined, loading: true, error: "" };

function useListing(read: ReadPage, words: string) {
  const [listing, setListing] = useState(nothing);
  const running = useRef<AbortController>();
  const load = useCallback(
    async (more: string | undefined) => {
      running.current?.abort();
      const mine = (running.current = new AbortController());
      setListing((before) => ({ ...before, loading: true, error: "" }));
      try {
        const page = await read(words, more, mine.signal);
        if (mine.signal.aborted) return;
        setListing((before) => ({
          items: more ? [...before.items, ...page.items] : page.items,
          next: page.next,
          loading: false,
          error: "",
        }));
      } catch (error) {
        if (mine.signal.aborted) return;
        setListing((before) => ({ ...before, loading: false, error: (error as Error).message }));
      }
    },
    [read, words],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(undefined), words ? typingPause : 0);
    return () => {
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [load, words]);
  return { listing, loadMore: () => void load(listing.next) };
}

interface PickerProps {
  read: ReadPage;
  initialWords?: string;
  placeholder: string;
  empty: ReactNode;
  chosen: Item | undefined;
  onChoose: (item: Item) => void;
  onAccept: (item: Item) => void; // of a double click
}

export function Picker({ read, initialWords = "", placeholder, empty, chosen, onChoose, onAccept }: PickerProps) {
  const [words, setWords] = useState(initialWords);
  const { listing, loadMore } = useListing(read, words.trim());
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const at = listing.items.findIndex((item) => item.uri === chosen?.uri);

  const move = (event: KeyboardEvent, to: number) => {
    event.preventDefault();
    if (to >= listing.items.length && listing.next && !listing.loading) loadMore();
    const item = listing.items[Math.min(Math.max(to, 0), listing.items.length - 1)];
    if (item) onChoose(item);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") move(event, at + 1);
    if (event.key === "ArrowUp") move(event, at - 1);
    if (event.key === "PageDown") move(event, at + 5);
    if (event.key === "PageUp") move(event, at - 5);
  };
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);

  return (
    <div className="picker">
      <input
        ref={search}
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        aria-label={placeholder}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKey}
      />
      {listing.error && <Notice kind="error">{listing.error}</Notice>}
      <ul role="listbox" id={id} ref={list} aria-label={placeholder} aria-busy={listing.loading}>
        {listing.items.map((item, index) => (
          <li
            key={item.uri}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              onChoose(item);
              search.current?.focus();
            }}
            onDoubleClick={() => onAccept(item)}
          >
            <span className="label">{item.label}</span>
            {item.badge}
            <span className="detail">{item.detail}</span>
          </li>
        ))}
      </ul>
      {listing.loading && <Waiting>Loading …</Waiting>}
      {!listing.loading && !listing.error && listing.items.length === 0 && (
        <p className="empty">{words.trim() ? <>Nothing fits “{words.trim()}”.</> : empty}</p>
      )}
      {listing.next && !listing.loading && (
        <button type="button" className="more" onClick={loadMore}>
          Load more
        </button>
      )}
    </div>
  );
}
