import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Task } from "../api/types.ts";
import { Button, Empty, Notice } from "../controls/controls.tsx";
import { formatCount, formatDuration, formatMoment } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useNow } from "../live/use-now.ts";
import { useKeys } from "../router/keys.ts";
import { go, Link, runAddress, setQuery } from "../router/router.tsx";
import { AnswerPanel } from "./answer-panel.tsx";
import { useTasks } from "./use-tasks.ts";

const nameOf = ({ runId, path, request }: Task): string => `${runId}/${path}/${request}`;

/** Everything that runs ask people, the oldest first, with the form at the right. */
export function ApprovalsPage({ selected }: { readonly selected: string | undefined }): ReactNode {
  const { tasks, isLoaded, hasMore, isLoadingMore, loadMore, error, reload } = useTasks();
  const now = useNow(true);
  // A request that was answered by another person meanwhile is shown until another one is chosen.
  const [sent, setSent] = useState<Task>();
  const index = Math.max(
    0,
    tasks.findIndex((task) => nameOf(task) === selected),
  );
  const task = sent ?? tasks[index];
  const choose = (at: number): void => {
    const next = tasks[at];
    setSent(undefined);
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
  const done = (): void => {
    setSent(undefined);
    reload();
  };
  return (
    <>
      <TopBar>
        <h1>Approvals</h1>
        <span>
          {tasks.length === 0 ? "" : formatCount(tasks.length)}
          {hasMore ? "+" : ""} open, the oldest first
        </span>
      </TopBar>
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {isLoaded && tasks.length === 0 && task === undefined && (
        <Empty title="Nothing to answer">
          <p>When a run asks people, its question stands here.</p>
        </Empty>
      )}
      {task !== undefined && (
        <div className="split content">
          <RequestList
            tasks={tasks}
            index={sent === undefined ? index : -1}
            now={now}
            onChoose={() => setSent(undefined)}
            more={hasMore ? { load: loadMore, isLoading: isLoadingMore } : undefined}
          />
          <section className="answer wide" aria-label="Answer">
            <div className="filters">
              <Link className="main-link" href={runAddress(task.runId, task.path)}>
                Open the run
              </Link>
              <span className="quiet">asked {formatMoment(task.requestedAt, now)}</span>
            </div>
            <AnswerPanel
              key={nameOf(task)}
              runId={task.runId}
              path={task.path}
              now={now}
              onSending={() => setSent(task)}
              onDone={done}
            />
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
  readonly onChoose: () => void;
  /** The next page, if there is one. */
  readonly more: { readonly load: () => void; readonly isLoading: boolean } | undefined;
}

function RequestList({ tasks, index, now, onChoose, more }: RequestListProps): ReactNode {
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
            onClick={onChoose}
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
      {more !== undefined && (
        <li className="more">
          <Button onClick={more.load}>{more.isLoading ? "Loading…" : "More requests"}</Button>
        </li>
      )}
    </ul>
  );
}
