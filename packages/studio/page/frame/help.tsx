import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "../controls/controls.tsx";
import { keyName, modName } from "../controls/key-name.ts";

const keys: readonly (readonly [string, string])[] = [
  [keyName("mod+k"), "jump anywhere"],
  ["J K", "next and previous"],
  ["Enter", "open"],
  ["/", "filter"],
  ["1 2 3 4", "tabs of a run; options of a choice"],
  ["← → ↑ ↓", "walk the graph along its edges"],
  ["[ ]", "previous and next item of a loop"],
  ["F", "next failure"],
  ["A", "answer"],
  [keyName("mod+Enter"), "send"],
  ["Esc", "back"],
  ["?", "all keys"],
];

export function Help({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <div className="dialog-body">
        <h2 id="help-title">Keys</h2>
        <dl className="keys">
          {keys.map(([key, what]) => (
            <div key={key} style={{ display: "contents" }}>
              <dt>
                {key.split(" ").map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p className="meta">The wheel moves a graph; with {modName} it zooms.</p>
        <div className="dialog-actions">
          <Button onClick={() => dialog.current?.close()}>Close</Button>
        </div>
      </div>
    </dialog>
  );
}
