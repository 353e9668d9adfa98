import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration, formatMoment } from "../format/format.ts";
import { go, Link, runAddress } from "../router/router.tsx";
import type { Member } from "./network-view.ts";

/** The runs of a network, with one sentence about each. */
export const MembersTable = ({
  members,
  now,
}: {
  readonly members: readonly Member[];
  readonly now: number;
}): ReactNode => (
  <section className="members" aria-label="Runs of the network">
    <table className="table">
      <thead>
        <tr>
          <th>State</th>
          <th>Run</th>
          <th>Workflow</th>
          <th>Now</th>
          <th className="number">Duration</th>
          <th>Started</th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <Row key={member.id} member={member} now={now} />
        ))}
      </tbody>
    </table>
  </section>
);

function Row({ member, now }: { readonly member: Member; readonly now: number }): ReactNode {
  const { id, runId, workflow, state, word, now: sentence, startedAt, endedAt } = member;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the row has a link
    <tr data-id={id} onClick={() => runId !== undefined && go(runAddress(runId))}>
      <td>
        <StateChip state={state} word={word} />
      </td>
      <td>
        {runId === undefined ? (
          <span className="quiet">{id}</span>
        ) : (
          <Link className="main-link" href={runAddress(runId)} onClick={(event) => event.stopPropagation()}>
            {id}
          </Link>
        )}
      </td>
      <td className="quiet">{workflow}</td>
      <td className="now">{sentence}</td>
      <td className="number">{startedAt === undefined ? "" : formatDuration((endedAt ?? now) - startedAt)}</td>
      <td>{startedAt === undefined ? "" : formatMoment(startedAt, now)}</td>
    </tr>
  );
}
