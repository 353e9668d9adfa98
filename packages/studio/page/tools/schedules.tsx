import type { ScheduleInfo } from "@ice/core";
import type { ReactNode } from "react";
import { client } from "../api/client.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { formatDuration, formatMoment, shortId } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { useNow } from "../live/use-now.ts";
import { Link, runAddress, workflowAddress } from "../router/router.tsx";

/** When workflows are started by themselves: the next time and the last one. */
export function Schedules(): ReactNode {
  const { value, error, reload } = useLoad("schedules", (signal) => client.registry.schedules({ signal }), 10_000);
  const now = useNow(true);
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (value === undefined) return null;
  if (value.length === 0)
    return (
      <Empty title="No schedules">
        <p>They stand in ice.config.ts:</p>
        <code>schedules: {"{ nightly: { cron: '0 3 * * *', workflow: 'report' } }"}</code>
      </Empty>
    );
  return (
    <div className="content">
      <table className="table">
        <thead>
          <tr>
            <th>Schedule</th>
            <th>Workflow</th>
            <th>Cron</th>
            <th>Time zone</th>
            <th>Next</th>
            <th>Last</th>
          </tr>
        </thead>
        <tbody>
          {value.map((schedule) => (
            <Row key={schedule.name} schedule={schedule} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = ({
  schedule: { name, workflow, cron, timezone, next, last },
  now,
}: {
  readonly schedule: ScheduleInfo;
  readonly now: number;
}): ReactNode => (
  <tr>
    <td>
      <strong>{name}</strong>
    </td>
    <td>
      <Link className="main-link" href={workflowAddress(workflow)}>
        {workflow}
      </Link>
    </td>
    <td>
      <code>{cron}</code>
    </td>
    <td className="quiet">{timezone}</td>
    <td>
      {next === null ? (
        <span className="quiet">no further time</span>
      ) : (
        <>
          {formatMoment(next, now)} <span className="quiet">in {formatDuration(Math.max(0, next - now))}</span>
        </>
      )}
    </td>
    <td>
      {last === undefined ? (
        <span className="quiet">not yet</span>
      ) : (
        <Link className="main-link" href={runAddress(last.runId)}>
          {formatMoment(last.at, now)} <code>{shortId(last.runId)}</code>
        </Link>
      )}
    </td>
  </tr>
);
