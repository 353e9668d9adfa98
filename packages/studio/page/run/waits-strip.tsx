import type { ReactNode } from "react";
import type { WaitingNode } from "../api/types.ts";
import { StateIcon } from "../controls/icons.tsx";
import { formatDuration, formatMoment } from "../format/format.ts";

interface WaitsStripProps {
  readonly waiting: readonly WaitingNode[];
  readonly now: number;
  readonly onSelect: (path: string) => void;
}

const maxShown = 3;

/** What a run waits for that asks no one: times and signals. */
export function WaitsStrip({ waiting, now, onSelect }: WaitsStripProps): ReactNode {
  const waits = waiting.filter(({ kind }) => kind === "timer" || kind === "signal");
  if (waits.length === 0) return null;
  return (
    <div className="strip waits" role="group" aria-label="Waits">
      <StateIcon state="suspended" />
      <span className="ask">
        {waits.slice(0, maxShown).map((one, index) => (
          <span key={one.path}>
            {index > 0 && " · "}
            <button type="button" className="button plain" onClick={() => onSelect(one.path)}>
              {one.path}
            </button>{" "}
            {waitText(one, now)}
          </span>
        ))}
        {waits.length > maxShown && ` · and ${waits.length - maxShown} more`}
      </span>
    </div>
  );
}

/** `waits for the signal paid or voucher, or until 14:22:07 today (in 5 min); fails at 15:00:00 today`. */
export function waitText({ signals = [], resumeAt, expiresAt }: WaitingNode, now: number): string {
  const ways = [
    signals.length > 0 ? `for the signal ${signals.join(" or ")}` : "",
    typeof resumeAt === "number" ? `until ${momentText(resumeAt, now)}` : "",
  ].filter(Boolean);
  const end = typeof expiresAt === "number" ? `; fails at ${momentText(expiresAt, now)}` : "";
  return `waits ${ways.join(", or ")}${end}`;
}

const momentText = (at: number, now: number): string =>
  at > now ? `${formatMoment(at, now)} (in ${formatDuration(at - now)})` : formatMoment(at, now);
