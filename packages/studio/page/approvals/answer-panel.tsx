import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { Task } from "../api/types.ts";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { CopyPath } from "../controls/copy-path.tsx";
import { formatDuration, formatTime } from "../format/format.ts";
import { useMe } from "../live/me.ts";
import { useLoad } from "../live/use-load.ts";
import { idOf } from "../state/node-path.ts";
import type { TaskPage } from "./use-tasks.ts";
import { AnswerForm } from "./answer-form.tsx";
import { WhatFollows } from "./what-follows.tsx";

interface AnswerPanelProps {
  readonly runId: string;
  readonly path: string;
  /** Default: whichever the node asks now. */
  readonly request?: number;
  readonly now: number;
  /** Instead of the path, where it is not clear which run asks. Its workflow is unknown once the request is closed. */
  readonly placeOf?: (workflow: string | undefined) => ReactNode;
  /** The answer was recorded. */
  readonly onDone?: () => void;
  /** See `AnswerForm`. */
  readonly onSending?: () => void;
  readonly after?: ReactNode;
}

/** Answering a request of a run. */
export function AnswerPanel(props: AnswerPanelProps): ReactNode {
  const { runId, path, request, now, placeOf, onDone, onSending, after } = props;
  const key = `${runId} ${path} ${request ?? ""}`;
  const { value, error, reload } = useLoad(key, async (signal) => ({ task: await findTask(props, signal) }));
  const me = useMe();
  const [closed, setClosed] = useState<"sent" | "late">();
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (value === undefined || me === undefined) return <Empty title="Loading…" />;
  const { task } = value;
  const close = (how: "sent" | "late"): void => {
    setClosed(how);
    if (how === "sent") onDone?.();
  };
  return (
    <div className="answer">
      <div className="inspector-head">
        <div className="path">{placeOf?.(task?.workflow) ?? <PathLine path={path} />}</div>
        <div className="title">
          <h2>{idOf(path)}</h2>
          {task !== undefined && closed === undefined && (
            <StateChip state="waiting" word="waiting for an answer" pill />
          )}
          {closed !== undefined && <StateChip state="completed" word="answered" pill />}
        </div>
        {task !== undefined && <p className="meta">{askedText(task, now)}</p>}
      </div>
      {task === undefined && (
        <Empty title="This request is no longer open">
          <p>It was answered, it has expired, or its run has ended.</p>
          {after}
        </Empty>
      )}
      {task !== undefined && (
        <AnswerForm key={task.token} task={task} me={me} onClosed={close} onSending={onSending} after={after}>
          <WhatFollows runId={runId} path={path} />
        </AnswerForm>
      )}
    </div>
  );
}

const PathLine = ({ path }: { readonly path: string }): ReactNode => (
  <>
    {path}
    <CopyPath path={path} />
  </>
);

/** The open request of a node, on whichever page it is. */
async function findTask(
  { runId, path, request }: Pick<AnswerPanelProps, "runId" | "path" | "request">,
  signal: AbortSignal,
): Promise<Task | undefined> {
  let cursor = "";
  do {
    const address = `/v1/tasks?runId=${encodeURIComponent(runId)}&limit=200${cursor}`;
    const { tasks, next }: TaskPage = await read<TaskPage>(address, { signal });
    const task = tasks.find((one) => one.path === path && (request === undefined || one.request === request));
    if (task !== undefined || next === null) return task;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  } while (!signal.aborted);
  return undefined;
}

/** `asked at 14:22:14 · for kim, lee · expires in 23 h 56 min`. */
function askedText({ requestedAt, assignees, expiresAt, escalated }: Task, now: number): string {
  const parts = [
    `asked at ${formatTime(requestedAt)}`,
    assignees.length > 0 ? `for ${assignees.join(", ")}` : "",
    escalated ? "escalated" : "",
    expiresAt === null ? "" : expiresAt > now ? `expires in ${formatDuration(expiresAt - now)}` : "has expired",
  ];
  return parts.filter(Boolean).join(" · ");
}
