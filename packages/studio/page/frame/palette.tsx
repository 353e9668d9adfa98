import { useEffect, useRef, useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { RunSummary, WorkflowEntry } from "../api/types.ts";
import { Icon, type IconName } from "../controls/icons.tsx";
import { shortId } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { go, runAddress } from "../router/router.tsx";
import { pages } from "./rail.tsx";

interface Target {
  readonly name: string;
  readonly note: string;
  readonly icon: IconName;
  readonly href: string;
}

/** ⌘K: pages, workflows and the newest runs, by name or id. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const { value = [] } = useLoad("targets", loadTargets);
  useEffect(() => dialog.current?.showModal(), []);
  const wanted = text.toLowerCase().trim();
  const typed: Target[] = /^[\w-]{8,}$/.test(wanted)
    ? [{ name: wanted, note: "run id", icon: "runs", href: runAddress(text.trim()) }]
    : [];
  const all = [...pages.map(({ name, path, icon }) => ({ name, note: "page", icon, href: path })), ...value];
  const fits = all.filter(({ name, href, note }) => `${name} ${note} ${href}`.toLowerCase().includes(wanted));
  const shown = [...fits, ...typed].slice(0, 30);
  const open = (target: Target | undefined): void => {
    if (target === undefined) return;
    dialog.current?.close();
    go(target.href);
  };
  return (
    <dialog ref={dialog} aria-label="Search or jump" onClose={onClose}>
      <div className="dialog-body">
        <input
          className="input"
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-label="Search or jump"
          placeholder="A page, a workflow, a run id"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setIndex(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setIndex(Math.min(shown.length - 1, index + 1));
            else if (event.key === "ArrowUp") setIndex(Math.max(0, index - 1));
            else if (event.key === "Enter") open(shown[index]);
            else return;
            event.preventDefault();
          }}
        />
        <div id="palette-list" className="palette-list" role="listbox" aria-label="Results">
          {shown.map((target, at) => (
            <button
              key={target.href}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={at === index}
              onClick={() => open(target)}
            >
              <Icon name={target.icon} />
              {target.name}
              <span className="meta">{target.note}</span>
            </button>
          ))}
        </div>
      </div>
    </dialog>
  );
}

async function loadTargets(signal: AbortSignal): Promise<Target[]> {
  const [{ workflows }, { runs }] = await Promise.all([
    read<{ workflows: WorkflowEntry[] }>("/v1/workflows", { signal }),
    read<{ runs: RunSummary[] }>("/v1/runs?limit=100", { signal }),
  ]);
  return [
    ...workflows.map(({ name }): Target => ({
      name,
      note: "workflow",
      icon: "workflows",
      href: `/workflows/${encodeURIComponent(name)}`,
    })),
    ...runs.map(({ runId, workflow, status }): Target => ({
      name: `${workflow} ${shortId(runId)}`,
      note: status,
      icon: "runs",
      href: runAddress(runId),
    })),
  ];
}
