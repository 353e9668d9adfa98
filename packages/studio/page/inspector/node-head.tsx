import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { CopyPath } from "../controls/copy-path.tsx";
import { Icon } from "../controls/icons.tsx";
import { formatDuration } from "../format/format.ts";
import { afterFailure, kindText, loopWords, maxAttempts } from "../state/node-configs.ts";
import { graphPathOf, idOf, itemsAround, partsOf } from "../state/node-path.ts";
import { stateWord } from "../state/node-state.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { lastedMs } from "../state/spans.ts";
import type { NodeContext } from "./node-context.ts";

interface NodeHeadProps {
  readonly context: NodeContext;
  readonly path: string;
  readonly type: string;
  readonly view: NodeView | undefined;
  readonly now: number;
  /** Instead of the word for the state: `312 of 500`. */
  readonly word?: string | undefined;
}

/** Where a node is, its state, and what it is. */
export function NodeHead({ context, path, type, view, now, word }: NodeHeadProps): ReactNode {
  const state = view?.state ?? "pending";
  return (
    <div className="inspector-head">
      <div className="path">
        {partsOf(path).map((part, index, all) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same part may stand in a path twice
          <span key={index} className="path">
            {index > 0 && <Icon name="chevron" />}
            <span className={part.startsWith("[") ? "mono" : ""}>{part}</span>
            {index === all.length - 1 && <span className="visually-hidden">selected</span>}
          </span>
        ))}
        <CopyPath path={path} />
      </div>
      <div className="title">
        <h2>{idOf(path)}</h2>
        <StateChip state={state} word={word ?? stateWord(state)} pill />
      </div>
      <p className="meta">{factsOf({ context, path, type, view, now }).join(" · ")}</p>
    </div>
  );
}

/** `tool price_item`, `attempt 1 of 1`, `2 ms`, and what comes after its failure. */
function factsOf({ context: { configs }, path, type, view, now }: NodeHeadProps): string[] {
  const config = configs.get(graphPathOf(path));
  const ms = view === undefined ? undefined : lastedMs(view, now);
  const waited = view?.spans.every(({ kind }) => kind === "waiting") === true ? "waited " : "";
  const most = maxAttempts(config);
  const nearest = itemsAround(path).at(-1);
  const loop = nearest === undefined ? undefined : configs.get(graphPathOf(nearest.loop));
  return [
    kindText(type, config),
    ...(type === "loop" ? loopWords(config) : []),
    view === undefined || view.attempt === 0
      ? ""
      : `attempt ${view.attempt}${most === undefined ? "" : ` of ${Math.max(most, view.attempt)}`}`,
    ms === undefined ? "" : waited + formatDuration(ms),
    view?.state === "failed" ? afterFailure(config, loop) : "",
  ].filter((fact) => fact !== "");
}
