/** What a simulation finds out, for all of its runs. */
export class Report {
  readonly violations: string[] = [];
  /** Records, events and calls, in order; equal for equal seeds. */
  readonly log: string[] = [];
  /** Number of tool calls by nodes. */
  calls = 0;
  /** Number of tool calls that have not returned. */
  running = 0;

  violation(violation: string): void {
    this.violations.push(violation);
    this.log.push(`VIOLATION ${violation}`);
  }
}
