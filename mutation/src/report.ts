/** The lowest share of changes, in percent, that the tests of an area have to notice. */
export const lowestScore = 85;

/** The results for the mutants of an area. */
export interface Tally {
  /** A test failed. */
  readonly killed: number;
  /** The tests did not end: noticed as well. */
  readonly timedOut: number;
  /** All tests passed. */
  readonly survived: number;
  /** No test ran the line. */
  readonly notCovered: number;
}

/** The part of Stryker's JSON report that is used. */
export interface StrykerReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** Mutants that could not be run, and those that only change what happens while a file loads, do not count. */
export function tallyOf({ files }: StrykerReport): Tally {
  const count = (wanted: string): number =>
    Object.values(files).flatMap(({ mutants }) => mutants.filter(({ status }) => status === wanted)).length;
  return {
    killed: count("Killed"),
    timedOut: count("Timeout"),
    survived: count("Survived"),
    notCovered: count("NoCoverage"),
  };
}

const mutantsOf = ({ killed, timedOut, survived, notCovered }: Tally): number =>
  killed + timedOut + survived + notCovered;

/** Noticed mutants in percent; NaN without mutants. */
const scoreOf = (tally: Tally): number => (100 * (tally.killed + tally.timedOut)) / mutantsOf(tally);

/** Whether the score is too low. No mutants at all are too few: the paths of the area are wrong then. */
export const isTooLow = (tally: Tally): boolean => !(scoreOf(tally) >= lowestScore);

/** One line of the table in docs/mutation.md. */
export function rowOf(area: string, tally: Tally, measured: string): string {
  const { killed, timedOut, survived, notCovered } = tally;
  // Rounded down, so that no score looks better than it is.
  const score = `${(Math.floor(10 * scoreOf(tally)) / 10).toFixed(1)} %`;
  return `| ${[area, mutantsOf(tally), killed, timedOut, survived, notCovered, score, measured].join(" | ")} |`;
}

/** Replaces the line of an area in the document; the rest stays as it is. @throws Error when there is no such line. */
export function replaceRow(document: string, area: string, row: string): string {
  const line = document.split("\n").find((each) => each.startsWith(`| ${area} `));
  if (line === undefined) throw new Error(`the document has no line for ${area}`);
  return document.replace(line, () => row);
}
