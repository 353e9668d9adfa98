import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { Me, Task } from "../api/types.ts";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { CopyPath } from "../controls/copy-path.tsx";
import { formatDuration, formatTime } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { idOf } from "../state/node-path.ts";
import type { TaskPage } from "./use-tasks.ts";
import { AnswerForm } from "./answer-form.tsx";
import { WhatFollows } from "./what-follows.tsx";

interface AnswerPanelProps {
  readonly runId: string;
  readonly path: string;
  readonly now: number;
  readonly onDone: () => void;
  /** See `AnswerForm`. */
  readonly onSending?: () => void;
}

/** Answering a request of a run. */
export function AnswerPanel({ runId, path, now, onDone, onSending }: AnswerPanelProps): ReactNode {
  const found = useLoad(`${runId} ${path}`, async (signal) => ({ task: await findTask(runId, path, signal) }));
  const [isClosed, setClosed] = useState(false);
  const me = useLoad("me", (signal) => read<Me>("/v1/me", { signal }));
  const task = found.value?.task;
  const error = found.error ?? me.error;
  if (error !== undefined) return <Notice error={error} onRetry={found.reload} />;
  if (found.value === undefined || me.value === undefined) return <Empty title="Loading…" />;
  if (task === undefined) return <Empty title="This request is answered, or has expired" />;
  return (
    <div className="answer">
      <div className="inspector-head">
        <div className="path">
          {path}
          <CopyPath path={path} />
        </div>
        <div className="title">
          <h2>{idOf(path)}</h2>
          {isClosed ? (
            <StateChip state="completed" word="closed" pill />
          ) : (
            <StateChip state="waiting" word="waiting for an answer" pill />
          )}
        </div>
        <p className="meta">{askedText(task, now)}</p>
      </div>
      <AnswerForm
        key={task.token}
        task={task}
        by={me.value.name}
        onAnswered={onDone}
        onSending={onSending}
        onClosed={() => setClosed(true)}
      >
        <WhatFollows runId={runId} path={path} />
      </AnswerForm>
    </div>
  );
}

/** The open request of a node, on whichever page it is. */
async function findTask(runId: string, path: string, signal: AbortSignal): Promise<Task | undefined> {
  let cursor = "";
  do {
    const address = `/v1/tasks?runId=${encodeURIComponent(runId)}&limit=200${cursor}`;
    const { tasks, next }: TaskPage = await read<TaskPage>(address, { signal });
    const task = tasks.find((one) => one.path === path);
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
