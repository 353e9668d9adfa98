import type { ReactNode } from "react";
import type { NodeDetail } from "../api/types.ts";
import { Empty } from "../controls/controls.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Marked } from "../controls/marked.tsx";
import { formatMoment } from "../format/format.ts";
import { graphPathOf, idOf } from "../state/node-path.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { answeredOf } from "./answered.ts";
import { Attempts } from "./attempts.tsx";
import { ModelTalk } from "./conversation.tsx";
import { ErrorBox } from "./error-box.tsx";
import type { NodeContext } from "./node-context.ts";
import { ScopeCleanup } from "./scope-cleanup.tsx";
import { UsageFacts, UsageWithin } from "./usage-facts.tsx";
import { useNodeValues, type NodeValues } from "./use-node-values.ts";
import { ValueWithSources } from "./value-with-sources.tsx";
import { WaitPanel } from "./wait-panel.tsx";

interface NodeOverviewProps {
  readonly context: NodeContext;
  readonly path: string;
  readonly type: string;
  readonly view: NodeView | undefined;
  readonly detail: NodeDetail | undefined;
  readonly now: number;
  /** Failed nodes in other items of the same loop. */
  readonly others: readonly string[];
  /** Why it has not run. */
  readonly why: string | undefined;
}

const talks = new Set(["llm", "agent", "swarm"]);

/** What failed first, then what went in and came out. */
export function NodeOverview(props: NodeOverviewProps): ReactNode {
  const { context, path, type, view, detail, now, others, why } = props;
  const { runId, run, configs, onSelect } = context;
  const values = useNodeValues(context, path, detail);
  const state = view?.state ?? "pending";
  const name = idOf(path);
  const isContainer = run.graph.value?.some(({ parent }) => parent === graphPathOf(path)) === true;
  return (
    <>
      {detail !== undefined && <AnswerLine detail={detail} now={now} />}
      {view?.error !== undefined && <ErrorBox error={view.error} at={path} />}
      {view === undefined && (
        <Empty title="It has not started">
          {why !== undefined && (
            <p>
              <Marked text={why} />
            </p>
          )}
        </Empty>
      )}
      {state === "completed" && view?.error !== undefined && (
        <p className="quiet">The failure was caught: the node has completed.</p>
      )}
      {type === "scope" && <ScopeCleanup {...context} path={path} />}
      {state === "skipped" && (
        <p>
          It was skipped: <Marked text={skipReasons[view?.skipReason ?? ""] ?? view?.skipReason ?? ""} />.
        </p>
      )}
      {state === "suspended" && detail?.waiting !== undefined && (
        <WaitPanel runId={runId} waiting={detail.waiting} config={configs.get(graphPathOf(path))} now={now} />
      )}
      {talks.has(type) && detail !== undefined && (
        <ModelTalk
          type={type}
          input={values.input}
          detail={detail}
          streamed={run.live.get(path)?.text ?? ""}
          isRunning={state === "running"}
        />
      )}
      {isContainer ? <UsageWithin context={context} path={path} /> : <UsageFacts usage={detail?.usage} />}
      <Input values={values} name={name} />
      {detail?.output !== undefined && (
        <div className="stack">
          <h3>Output</h3>
          <JsonText value={detail.output} name={`${name}-output`} />
        </div>
      )}
      {state === "running" && detail?.output === undefined && <p className="quiet">No output yet: it runs.</p>}
      {view !== undefined && view.attempt > 0 && <Attempts view={view} now={now} failed={detail?.attemptLog} />}
      <Others others={others} onSelect={onSelect} />
    </>
  );
}

/** `kim approved, 14:22:07 today`, before everything else. */
function AnswerLine({ detail, now }: { readonly detail: NodeDetail; readonly now: number }): ReactNode {
  const answered = answeredOf(detail);
  if (answered === undefined) return null;
  const { text, at, answer } = answered;
  return (
    <div className="answer-note" data-state="completed">
      <strong>{text}</strong>
      {typeof answer === "string" && (
        <>
          {" "}
          <code>{answer}</code>
        </>
      )}
      , {formatMoment(at, now)}
    </div>
  );
}

function Input({ values, name }: { readonly values: NodeValues; readonly name: string }): ReactNode {
  const { input, field, template, isPartly, item } = values;
  const isEmpty =
    input === undefined || (typeof input === "object" && input !== null && Object.keys(input).length === 0);
  return (
    <>
      {!isEmpty && (
        <div className="stack">
          <div className="section-title">
            <h3>Input</h3>
            <span className="meta">
              {isPartly
                ? "expressions without a recorded value are as written"
                : `evaluated${field === undefined ? "" : ` ${field}`}`}
            </span>
          </div>
          <ValueWithSources value={input} template={template} name={`${name}-input`} />
        </div>
      )}
      {item !== undefined && (
        <div className="stack">
          <div className="section-title">
            <h3>Item {item.index}</h3>
            <span className="meta">{item.source}</span>
          </div>
          <JsonText value={item.value} name={`item-${item.index}`} />
        </div>
      )}
    </>
  );
}

function Others({ others, onSelect }: Pick<NodeOverviewProps, "others"> & Pick<NodeContext, "onSelect">): ReactNode {
  if (others.length === 0) return null;
  return (
    <div className="stack">
      <h3>Other failed items</h3>
      <div className="links">
        {others.slice(0, 12).map((other) => (
          <button key={other} type="button" className="chip mono" onClick={() => onSelect(other)}>
            {other.slice(other.indexOf("["))}
          </button>
        ))}
        {others.length > 12 && <span className="quiet">and {others.length - 12} more</span>}
      </div>
    </div>
  );
}

const skipReasons: Readonly<Record<string, string>> = {
  whenFalse: "its condition `when` was false",
  dependencySkipped: "what it waits for was skipped",
  dependencyFailed: "what it waits for failed",
  branchNotTaken: "the other branch was taken",
  errorIgnored: "it failed, and its error is ignored",
  runStopped: "the run was stopped before",
};
