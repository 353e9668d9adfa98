import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { GraphNode } from "../api/types.ts";
import { Button, FilterChip } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { VirtualList } from "../controls/virtual-list.tsx";
import { formatDuration } from "../format/format.ts";
import { timeScale, type TimeScale } from "../layout/time-scale.ts";
import { busyTimes } from "../state/busy-time.ts";
import { stateWord } from "../state/node-state.ts";
import type { RunView } from "../state/run-reducer.ts";
import { lastedMs } from "../state/spans.ts";
import { timelineRows, type TimelineRow } from "./timeline-rows.ts";

interface TimelineProps {
  readonly graph: readonly GraphNode[];
  readonly run: RunView;
  readonly at: string | undefined;
  readonly from: number;
  /** The end of the run, or now. */
  readonly to: number;
  readonly isLive: boolean;
  /** How much is in a container at the top: `48 items`, `143 of 246`. */
  readonly sizeOf: (path: string) => string;
  readonly onSelect: (path: string) => void;
}

const rowHeight = 24;

/** When each node ran: one bar for each attempt, hatched while it waits. */
export function Timeline({ graph, run, at, from, to, isLive, sizeOf, onSelect }: TimelineProps): ReactNode {
  const [isOpen, setOpen] = useState(true);
  const [failedOnly, setFailedOnly] = useState(false);
  const [topLevel, setTopLevel] = useState(true);
  const rows = useMemo(
    () => timelineRows({ graph, run, at, failedOnly, topLevel }),
    [graph, run, at, failedOnly, topLevel],
  );
  const scale = useMemo(() => timeScale(busyTimes(run, to), from, to), [run, from, to]);
  return (
    <section className="timeline" data-open={isOpen} aria-label="Timeline">
      <header className="timeline-head">
        <h2>Timeline</h2>
        <span className="quiet timeline-length">
          {formatDuration(scale.activeMs)}
          {scale.foldedMs > 0 ? ` + ${formatDuration(scale.foldedMs)} idle, folded` : ""}
          {isLive ? ", live" : ""}
        </span>
        <span className="actions">
          <FilterChip on={failedOnly} onToggle={() => setFailedOnly(!failedOnly)}>
            Failed only
          </FilterChip>
          <FilterChip on={topLevel} onToggle={() => setTopLevel(!topLevel)}>
            Top level
          </FilterChip>
          <Button
            look="plain"
            icon={isOpen ? "down" : "chevron"}
            aria-label={isOpen ? "Close the timeline" : "Open the timeline"}
            onClick={() => setOpen(!isOpen)}
          />
        </span>
      </header>
      {isOpen && (
        <>
          <Axis scale={scale} />
          <VirtualList
            label="Rows of the timeline"
            count={rows.length}
            rowHeight={rowHeight}
            shows={rows.findIndex(({ path }) => path === at)}
            row={(index) => (
              <Row
                key={rows[index]!.path}
                row={rows[index]!}
                scale={scale}
                to={to}
                size={rows[index]!.depth === 0 ? sizeOf(rows[index]!.path) : ""}
                isSelected={rows[index]!.path === at}
                onSelect={onSelect}
              />
            )}
          />
        </>
      )}
    </section>
  );
}

/** The times since the start. */
function Axis({ scale }: { readonly scale: TimeScale }): ReactNode {
  const axis = useRef<HTMLSpanElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(axis.current!.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(axis.current!);
    measure();
    return () => observer.disconnect();
  }, []);
  return (
    <div className="timeline-axis">
      <span>Node</span>
      <span ref={axis} className="axis">
        {scale.ticks(width).map(({ place, label, isFold }) => (
          <span key={place} className={isFold ? "tick idle" : "tick"} style={{ left: `${place * 100}%` }}>
            {label}
          </span>
        ))}
      </span>
    </div>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly scale: TimeScale;
  readonly to: number;
  readonly size: string;
  readonly isSelected: boolean;
  readonly onSelect: (path: string) => void;
}

function Row({ row: { path, label, depth, state, view }, scale, to, size, isSelected, onSelect }: RowProps): ReactNode {
  const last = view?.spans.at(-1);
  const isWaiting = last?.kind === "waiting" && last.end === undefined;
  const ms = view === undefined ? undefined : lastedMs(view, to);
  const note = view?.error?.code ?? (ms === undefined || isWaiting ? "" : formatDuration(ms));
  const end = last === undefined ? 0 : scale.at(last.end ?? to);
  const start = scale.at(view?.spans[0]?.start ?? to);
  const noteStyle = end > 0.88 && start > 0.2 ? { right: `${(1 - start) * 100}%` } : { left: `${end * 100}%` };
  return (
    <button type="button" className="timeline-row" aria-pressed={isSelected} onClick={() => onSelect(path)}>
      <span className="timeline-name" data-state={state} style={{ paddingLeft: 12 + depth * 14 }}>
        <StateIcon state={state} />
        <span className={depth > 0 ? "mono name" : "name"}>{label}</span>
        {size !== "" && <span className="quiet">{size}</span>}
        <span className="visually-hidden">{stateWord(state)}</span>
      </span>
      <span className="bars">
        {view?.spans.map((span) => (
          <span
            key={`${span.start} ${span.attempt} ${span.kind}`}
            className={span.kind === "waiting" ? "bar waits" : "bar"}
            data-state={span.state}
            style={{
              left: `${scale.at(span.start) * 100}%`,
              width: `${(scale.at(span.end ?? to) - scale.at(span.start)) * 100}%`,
            }}
          />
        ))}
        {note !== "" && (
          <span className="bar-note" style={noteStyle}>
            {note}
          </span>
        )}
      </span>
    </button>
  );
}
