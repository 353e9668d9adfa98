import { useEffect, useRef, useState, type ReactNode } from "react";
import { Empty, Notice } from "../controls/controls.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Marked } from "../controls/marked.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";
import { useKeys } from "../router/keys.ts";
import { setQuery } from "../router/router.tsx";
import { entriesOf, kinds, type Entry, type Kind } from "./entries.ts";
import { SchemaTable } from "./schema-table.tsx";
import { Schedules } from "./schedules.tsx";

/** What blueprints can use, with the schemas, and what starts by itself. */
export function ToolsPage({ kind: wanted, name }: { readonly kind: string; readonly name: string }): ReactNode {
  const kind = kinds.find((one) => one === wanted) ?? "Tools";
  const select = (one: Kind): void => setQuery({ kind: one === "Tools" ? undefined : one, name: undefined });
  useKeys(Object.fromEntries(kinds.map((one, at) => [String(at + 1), () => select(one)])));
  return (
    <>
      <TopBar>
        <h1>Tools and nodes</h1>
      </TopBar>
      <Tabs tabs={kinds} selected={kind} onSelect={select} label="Kinds" />
      {kind === "Schedules" ? <Schedules /> : <Entries key={kind} kind={kind} name={name} />}
    </>
  );
}

function Entries({ kind, name }: { readonly kind: Exclude<Kind, "Schedules">; readonly name: string }): ReactNode {
  const { value, error, reload } = useLoad(kind, (signal) => entriesOf(kind, signal));
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (value ?? []).filter((entry) =>
    words.every((word) => `${entry.name} ${entry.description}`.toLowerCase().includes(word)),
  );
  const shown = found.find((entry) => entry.name === name) ?? found[0];
  const step = (by: number): void => {
    const next = found[found.findIndex((entry) => entry === shown) + by];
    if (next !== undefined) setQuery({ name: next.name });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (value?.length === 0) return <Empty title={`No ${kind.toLowerCase()}`} />;
  return (
    <div className="split content">
      <div>
        <div className="filters">
          <input
            className="input small"
            type="search"
            data-filter
            placeholder="Filter"
            aria-label={`Filter ${kind.toLowerCase()}`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <span className="meta">{value !== undefined && found.length}</span>
        </div>
        <EntryList kind={kind} entries={found} shown={shown} />
      </div>
      {shown !== undefined && <EntryDetail key={shown.name} entry={shown} />}
    </div>
  );
}

interface EntryListProps {
  readonly kind: Kind;
  readonly entries: readonly Entry[];
  readonly shown: Entry | undefined;
}

function EntryList({ kind, entries, shown }: EntryListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  return (
    <ul ref={list} aria-label={kind}>
      {entries.map((entry) => (
        <li key={entry.name}>
          <button
            type="button"
            className="entry wide-button"
            aria-current={entry === shown}
            onClick={() => setQuery({ name: entry.name })}
          >
            <code>{entry.name}</code>
            <span className="ask">
              <Marked text={entry.description} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const EntryDetail = ({ entry: { name, description, facts, schemas, json } }: { readonly entry: Entry }): ReactNode => (
  <section className="pad stack" aria-label={name}>
    <h2>{name}</h2>
    {description !== "" && (
      <p className="prose">
        <Marked text={description} />
      </p>
    )}
    {facts.length > 0 && <p className="meta">{facts.join(" · ")}</p>}
    {schemas.map(({ title, schema }) => (
      <SchemaTable key={title} title={title} schema={schema} />
    ))}
    <details>
      <summary>JSON</summary>
      <JsonText value={json} name={name} />
    </details>
  </section>
);
