import type { Effort } from "../tasks/rounds.ts";
import { toMarkdown, type Table } from "./table.ts";

/** How thoroughly to measure. */
export interface Thoroughness {
  readonly quick: boolean;
  /** Processes per figure; the result is the median of all their rounds. Engines alternate, so that disturbances affect all of them. */
  readonly processes: number;
  readonly effort: Effort;
  /** Length of the row `load`. */
  readonly minutes: number;
}

/** The result of a row: tables for people, targets with measured values, raw figures for programs. */
export interface RowReport {
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  readonly figures: unknown;
}

export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** A set of related measurements that can be selected by name. */
export interface Row {
  readonly name: string;
  readonly measure: (thoroughness: Thoroughness) => Promise<RowReport>;
}

/** The format of a figure. */
interface Shown {
  /** With a leading space. Default none. */
  readonly unit?: string;
  readonly digits?: number;
}

/** `measured ≤ bound`, as a verdict. */
export const atMost = (
  what: string,
  bound: number,
  measured: number,
  { unit = "", digits = 2 }: Shown = {},
): Verdict => ({
  what,
  target: `≤ ${bound}${unit}`,
  measured: `${measured.toFixed(digits)}${unit}`,
  met: measured <= bound,
});

/** `measured ≥ bound`, as a verdict. */
export const atLeast = (
  what: string,
  bound: number,
  measured: number,
  { unit = "", digits = 0 }: Shown = {},
): Verdict => ({
  what,
  target: `≥ ${bound}${unit}`,
  measured: `${measured.toFixed(digits)}${unit}`,
  met: measured >= bound,
});

/** The tables of a report, the last one with the targets. */
export function reportToMarkdown({ tables, verdicts }: RowReport): string {
  const targets: Table = {
    head: ["target", "", "measured", ""],
    rows: verdicts.map(({ what, target, measured, met }) => [what, target, measured, met ? "met" : "**missed**"]),
  };
  return [...tables, ...(verdicts.length === 0 ? [] : [targets])].map(toMarkdown).join("\n\n");
}
