import { useMemo, useState, type ReactNode } from "react";
import type { RunBlueprint } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { coloured, download } from "../controls/json-text.tsx";
import { VirtualList } from "../controls/virtual-list.tsx";
import { formatCount, versionText } from "../format/format.ts";
import type { NodeState } from "../state/node-state.ts";
import { linesOf, sourceLines, type SourceLine } from "../state/source-lines.ts";

interface SourceViewProps {
  readonly source: RunBlueprint;
  /** Of the nodes, in the graph. */
  readonly paths: ReadonlySet<string>;
  readonly at: string | undefined;
  readonly stateOf: (path: string) => NodeState;
  readonly onSelect: (path: string) => void;
}

/** A blueprint as text. A node is selected with the mark at its first line; then its lines stand out. */
export function SourceView({ source, paths, at, stateOf, onSelect }: SourceViewProps): ReactNode {
  const { name, version, hash, blueprint } = source;
  const lines = useMemo(() => sourceLines(blueprint, (path) => paths.has(path)), [blueprint, paths]);
  const chosen = useMemo(() => (at === undefined ? undefined : linesOf(lines, at)), [lines, at]);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(JSON.stringify(blueprint, null, 2));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <>
      <div className="filters">
        <code>
          {name}
          {versionText(version) !== "" && `@${version}`}
        </code>
        <code className="quiet" title="SHA-256 of the blueprint with the workflows that it refers to">
          {hash.slice(0, 12)}
        </code>
        <span className="quiet">{formatCount(lines.length)} lines</span>
        <span className="actions">
          <Button look="plain" icon="copy" onClick={() => void copy()}>
            {copied ? "Copied" : "Copy"}
          </Button>
          <Button look="plain" onClick={() => download(JSON.stringify(blueprint, null, 2), name)}>
            Download
          </Button>
        </span>
      </div>
      <VirtualList
        className="source"
        label="Blueprint"
        count={lines.length}
        rowHeight={20}
        shows={chosen === undefined ? undefined : Math.min(chosen.last, chosen.first + 12)}
        row={(index) => (
          <Line
            key={index}
            line={lines[index]!}
            number={index + 1}
            isChosen={chosen !== undefined && index >= chosen.first && index <= chosen.last}
            stateOf={stateOf}
            onSelect={onSelect}
          />
        )}
      />
    </>
  );
}

interface LineProps extends Pick<SourceViewProps, "stateOf" | "onSelect"> {
  readonly line: SourceLine;
  readonly number: number;
  readonly isChosen: boolean;
}

function Line({ line: { indent, text, node, isStart }, number, isChosen, stateOf, onSelect }: LineProps): ReactNode {
  const state = isStart ? stateOf(node!) : "pending";
  return (
    <div className="source-line" data-chosen={isChosen}>
      <span className="source-number">{number}</span>
      {isStart ? (
        <button
          type="button"
          className="source-mark"
          data-state={state}
          aria-label={`${node}: ${state}`}
          title={`${node}: ${state}`}
          aria-pressed={isChosen}
          onClick={() => onSelect(node!)}
        >
          <StateIcon state={state} />
        </button>
      ) : (
        <span className="source-mark" />
      )}
      <code style={{ paddingLeft: `${indent * 2}ch` }}>{text.length > 4000 ? text : coloured(text)}</code>
    </div>
  );
}
