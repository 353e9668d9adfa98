import type { ReactNode } from "react";
import { Button, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { formatDuration, formatTime } from "../format/format.ts";
import { useConnection } from "../live/connection.ts";
import type { LiveRun } from "../live/use-run.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { WaitsStrip } from "./waits-strip.tsx";

interface RunStripsProps {
  readonly run: LiveRun;
  /** The first node that asks people. */
  readonly asking: NodeView | undefined;
  /** What is selected. */
  readonly at: string | undefined;
  readonly now: number;
  readonly hasEnded: boolean;
  readonly onAnswer: () => void;
  readonly onSelect: (path: string) => void;
}

/** What one has to know of a run before anything else: that it is out of date, whom it asks, what it waits for. */
export const RunStrips = ({ run, asking, at, now, hasEnded, onAnswer, onSelect }: RunStripsProps): ReactNode => (
  <>
    {!hasEnded && <StaleStrip />}
    {run.streamError !== undefined && <Notice error={run.streamError} />}
    {asking !== undefined && at !== asking.path && <AskStrip run={run} asking={asking} now={now} onAnswer={onAnswer} />}
    {!hasEnded && asking === undefined && (
      <WaitsStrip waiting={run.document.value?.waiting ?? []} now={now} onSelect={onSelect} />
    )}
  </>
);

interface AskStripProps {
  readonly run: LiveRun;
  readonly asking: NodeView;
  readonly now: number;
  readonly onAnswer: () => void;
}

/** What a run asks people, while something else is selected. */
const AskStrip = ({ run, asking: { path, asks }, now, onAnswer }: AskStripProps): ReactNode => (
  <div className="strip">
    <Icon name="person" />
    <strong>{path}</strong>
    <span className="ask">
      asks{peopleText(run, path)}: {asks}
    </span>
    <ExpiryNote run={run} path={path} now={now} />
    <Button hint="A" onClick={onAnswer}>
      Answer
    </Button>
  </div>
);

/** Without a connection: of when everything is. */
function StaleStrip(): ReactNode {
  const { isConnected, seenAt } = useConnection();
  if (isConnected) return null;
  return (
    <p className="strip stale" role="status">
      <Icon name="clock" />
      The server does not answer. This is the run at {formatTime(seenAt)}.
    </p>
  );
}

/** ` kim or lee`; empty if anyone may answer. */
function peopleText(run: LiveRun, path: string): string {
  const people = run.document.value?.waiting?.find((one) => one.path === path)?.assignees ?? [];
  return people.length === 0 ? "" : ` ${people.join(" or ")}`;
}

function ExpiryNote({
  run,
  path,
  now,
}: {
  readonly run: LiveRun;
  readonly path: string;
  readonly now: number;
}): ReactNode {
  const expiresAt = run.document.value?.waiting?.find((one) => one.path === path)?.expiresAt;
  if (expiresAt === undefined || expiresAt === null) return null;
  return <span>{expiresAt > now ? `expires in ${formatDuration(expiresAt - now)}` : "has expired"}</span>;
}
