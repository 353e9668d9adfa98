import { useMemo, useRef, useState, type ReactNode } from "react";
import type { RunEvent } from "../api/types.ts";
import { Button, Empty } from "../controls/controls.tsx";
import { VirtualList } from "../controls/virtual-list.tsx";
import { formatCount, formatExactTime } from "../format/format.ts";

interface EventsTabProps {
  readonly events: readonly RunEvent[];
  readonly at: string | undefined;
  readonly isLive: boolean;
  readonly onSelect: (path: string) => void;
}

/** All events of a run in their order. While it is paused, new ones wait. */
export function EventsTab({ events, at, isLive, onSelect }: EventsTabProps): ReactNode {
  const [filter, setFilter] = useState("");
  const [pausedAt, setPausedAt] = useState<number>();
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.join(" ");
  const shown = useMemo(() => {
    const all = pausedAt === undefined ? events : events.slice(0, pausedAt);
    const parts = wanted.split(" ").filter(Boolean);
    return parts.length === 0 ? all : all.filter((event) => parts.every((part) => textOf(event).includes(part)));
  }, [events, pausedAt, wanted]);
  const input = useRef<HTMLInputElement>(null);
  const late = pausedAt === undefined ? 0 : events.length - pausedAt;
  return (
    <>
      <div className="filters">
        <input
          ref={input}
          className="input small"
          type="search"
          data-filter
          placeholder="Filter by type and path"
          aria-label="Filter events by type and path"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Button onClick={() => setPausedAt(pausedAt === undefined ? events.length : undefined)}>
          {pausedAt === undefined ? "Pause" : "Continue"}
        </Button>
        <span className="quiet">
          {formatCount(shown.length)} of {formatCount(events.length)}
          {late > 0 ? `, ${formatCount(late)} more since the pause` : ""}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title={events.length === 0 ? "No events yet" : "No event fits the filter"} />
      ) : (
        <VirtualList
          className="event-list"
          label="Events"
          count={shown.length}
          rowHeight={28}
          followsEnd={isLive && pausedAt === undefined && wanted === ""}
          row={(index) => <EventRow key={shown[index]!.id} event={shown[index]!} at={at} onSelect={onSelect} />}
        />
      )}
    </>
  );
}

const textOf = ({ type, path = "" }: RunEvent): string => `${type} ${path}`.toLowerCase();

function EventRow({
  event,
  at,
  onSelect,
}: { readonly event: RunEvent } & Pick<EventsTabProps, "at" | "onSelect">): ReactNode {
  const { type, path, data } = event;
  return (
    <button
      type="button"
      className="event-row"
      aria-pressed={path !== undefined && path === at}
      onClick={() => path !== undefined && onSelect(path)}
    >
      <span className="mono quiet">{formatExactTime(event.at)}</span>
      <span>{type}</span>
      <span className="mono">{path ?? ""}</span>
      <span className="quiet mono">{Object.keys(data).length === 0 ? "" : JSON.stringify(data).slice(0, 300)}</span>
    </button>
  );
}
