import { useEffect, useRef, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { Task } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { formatMoment, formatDuration } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";
import { useNow } from "../live/use-now.ts";
import { useKeys } from "../router/keys.ts";
import { go, Link, runAddress, setQuery } from "../router/router.tsx";
import { AnswerPanel } from "./answer-panel.tsx";

const nameOf = ({ runId, path, request }: Task): string => `${runId}/${path}/${request}`;

/** Everything that runs ask people, the oldest first, with the form at the right. */
export function ApprovalsPage({ selected }: { readonly selected: string | undefined }): ReactNode {
  const { value, error, reload } = useLoad(
    "tasks",
    (signal) => read<{ tasks: Task[] }>("/v1/tasks?limit=200", { signal }),
    3000,
  );
  const now = useNow(true);
  const tasks = value?.tasks ?? [];
  const index = Math.max(
    0,
    tasks.findIndex((task) => nameOf(task) === selected),
  );
  const task = tasks[index];
  const choose = (at: number): void => {
    const next = tasks[at];
    if (next !== undefined) setQuery({ task: nameOf(next) });
  };
  useKeys({
    j: () => choose(index + 1),
    k: () => choose(index - 1),
    Enter: (event) => {
      if (event.target === document.body && task !== undefined) go(runAddress(task.runId, task.path));
    },
    Escape: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  });
  return (
    <>
      <TopBar>
        <h1>Approvals</h1>
        <span>{tasks.length === 0 ? "" : tasks.length} open, the oldest first</span>
      </TopBar>
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {value !== undefined && tasks.length === 0 && (
        <Empty title="Nothing to answer">
          <p>When a run asks people, its question stands here.</p>
        </Empty>
      )}
      {task !== undefined && (
        <div className="split content">
          <RequestList tasks={tasks} index={index} now={now} />
          <section className="answer wide" aria-label="Answer">
            <div className="filters">
              <Link className="main-link" href={runAddress(task.runId, task.path)}>
                Open the run
              </Link>
              <span className="quiet">asked {formatMoment(task.requestedAt, now)}</span>
            </div>
            <AnswerPanel key={nameOf(task)} runId={task.runId} path={task.path} now={now} onDone={reload} />
          </section>
        </div>
      )}
    </>
  );
}

interface RequestListProps {
  readonly tasks: readonly Task[];
  readonly index: number;
  readonly now: number;
}

function RequestList({ tasks, index, now }: RequestListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [index]);
  return (
    <ul ref={list} aria-label="Open requests">
      {tasks.map((one, at) => (
        <li key={nameOf(one)}>
          <Link
            className="entry"
            href={`/approvals?task=${encodeURIComponent(nameOf(one))}`}
            aria-current={at === index}
          >
            <span className="line">
              <strong>{one.workflow}</strong>
              <span className="quiet">{one.path}</span>
              <span className="meta">{formatDuration(now - one.requestedAt)}</span>
            </span>
            <span className="ask">{one.promptMessage}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
