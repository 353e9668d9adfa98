import { useEffect, useRef, useState, type ReactNode } from "react";
import { Icon } from "../controls/icons.tsx";
import { useServer } from "../live/server.ts";
import { useLoad } from "../live/use-load.ts";
import { go } from "../router/router.tsx";
import { fileTargets, loadTargets } from "./load-targets.ts";
import { pages } from "./rail.tsx";
import { matching, typedRun, type Target } from "./targets.ts";

/** ⌘K: pages, open files, workflows, networks, runs, tools and node types, by name or id. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const { value, isLoading } = useLoad("targets", loadTargets);
  const { files } = useServer();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [index]);
  const ofPages = pages.map(({ name, path, icon }): Target => ({ name, note: "page", icon, href: path }));
  const found = matching([...ofPages, ...fileTargets(files), ...(value ?? [])], text);
  const shown = [...found, ...typedRun(text).filter(({ href }) => found.every((one) => one.href !== href))];
  const open = (target: Target | undefined): void => {
    if (target === undefined) return;
    // The event of a closed dialog comes later: it would close a palette that was opened again meanwhile.
    onClose();
    go(target.href);
  };
  return (
    <dialog ref={dialog} className="palette" aria-label="Search or jump" onClose={onClose}>
      <div className="dialog-body">
        <input
          className="input"
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={shown.length > 0 ? `palette-${index}` : undefined}
          aria-label="Search or jump"
          placeholder="A page, workflow, network, tool, or the id of a run"
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
        <div ref={list} id="palette-list" className="palette-list" role="listbox" aria-label="Results">
          {shown.map((target, at) => (
            <button
              key={`${target.note} ${target.href}`}
              id={`palette-${at}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={at === index}
              onClick={() => open(target)}
            >
              <Icon name={target.icon} />
              <span className="palette-name">{target.name}</span>
              <span className="meta">{target.note}</span>
            </button>
          ))}
        </div>
        {shown.length === 0 && <p className="quiet">{isLoading ? "Loading…" : "Nothing of this name"}</p>}
      </div>
    </dialog>
  );
}
