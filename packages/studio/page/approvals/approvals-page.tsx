import { useEffect, useRef, type ReactNode } from "react";
import type { Task } from "../api/types.ts";
import { Button, Empty, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { formatCount, formatDuration, shortId } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useNow } from "../live/use-now.ts";
import { useKeys } from "../router/keys.ts";
import { go, Link, runAddress, setQuery } from "../router/router.tsx";
import { useAnswerNews } from "../live/answer-news.ts";
import { AnswerPanel } from "./answer-panel.tsx";
import { parseTaskName, taskName } from "./task-name.ts";
import { useTasks } from "./use-tasks.ts";

/** Everything that runs ask people, the oldest first, with the form at the right. */
export function ApprovalsPage({ selected }: { readonly selected: string | undefined }): ReactNode {
  const { tasks, isLoaded, hasMore, isLoadingMore, loadMore, error, reload } = useTasks();
  const now = useNow(true);
  useAnswerNews(reload);
  const { next, step } = useChosenTask(tasks, selected);
  // A request stays on the page once it is closed, until another one is chosen.
  const shown = selected === undefined ? undefined : parseTaskName(selected);
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: (event) => {
      if (event.target === document.body && shown !== undefined) go(runAddress(shown.runId, shown.path));
    },
    Escape: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  });
  const after =
    next === undefined ? (
      <p className="quiet">There are no other open requests.</p>
    ) : (
      <div>
        <Button hint="J" onClick={() => setQuery({ task: taskName(next) })}>
          Next request
        </Button>
      </div>
    );
  return (
    <>
      <TopBar>
        <h1>Approvals</h1>
        {tasks.length > 0 && (
          <span>
            {formatCount(tasks.length)}
            {hasMore ? "+" : ""} open, oldest first
          </span>
        )}
      </TopBar>
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {isLoaded && tasks.length === 0 && shown === undefined && (
        <Empty title="Nothing to answer">
          <p>Questions that runs ask people appear here.</p>
        </Empty>
      )}
      {shown !== undefined && (
        <div className="split content">
          <RequestList
            tasks={tasks}
            selected={selected}
            now={now}
            more={hasMore ? { load: loadMore, isLoading: isLoadingMore } : undefined}
          />
          <section className="answer wide" aria-label="Answer">
            <AnswerPanel
              key={selected}
              {...shown}
              now={now}
              after={after}
              placeOf={(workflow = shortId(shown.runId)) => (
                <>
                  <span>{workflow}</span>
                  <Icon name="chevron" />
                  <span>{shown.path}</span>
                  <Link className="button" href={runAddress(shown.runId, shown.path)}>
                    <Icon name="runs" />
                    Open the run
                  </Link>
                </>
              )}
            />
          </section>
        </div>
      )}
    </>
  );
}

/** The request in the address: the oldest one, if it names none. */
function useChosenTask(tasks: readonly Task[], selected: string | undefined) {
  const index = tasks.findIndex((task) => taskName(task) === selected);
  const lastIndex = useRef(0);
  const [first] = tasks;
  useEffect(() => {
    if (index >= 0) lastIndex.current = index;
    if (selected === undefined && first !== undefined) setQuery({ task: taskName(first) });
  }, [index, selected, first]);
  // Where a request was that is gone, there is the one after it.
  const last = Math.min(lastIndex.current, tasks.length - 1);
  const next = index < 0 ? tasks[last] : (tasks[index + 1] ?? tasks[index - 1]);
  const step = (by: number): void => {
    const task = index < 0 && by > 0 ? tasks[last] : tasks[(index < 0 ? last : index) + by];
    if (task !== undefined) setQuery({ task: taskName(task) });
  };
  return { next, step };
}

interface RequestListProps {
  readonly tasks: readonly Task[];
  readonly selected: string | undefined;
  readonly now: number;
  /** The next page, if there is one. */
  readonly more: { readonly load: () => void; readonly isLoading: boolean } | undefined;
}

function RequestList({ tasks, selected, now, more }: RequestListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <ul ref={list} aria-label="Open requests">
      {tasks.length === 0 && <li className="none">No open requests</li>}
      {tasks.map((one) => (
        <li key={taskName(one)}>
          <Link
            className="entry"
            href={`/approvals?task=${encodeURIComponent(taskName(one))}`}
            aria-current={taskName(one) === selected}
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
