import { execFileSync } from "node:child_process";
import { availableParallelism, loadavg, totalmem } from "node:os";

/** Where and when something was measured. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Mean number of programs waiting for a core in the minute before the measurement; more than 0 disturbs it. */
  readonly load: number;
  /** Commit of the sources; undefined outside a repository. */
  readonly commit: string | undefined;
}

export const describeMachine = (now: Date): Machine => ({
  date: now.toISOString().slice(0, 10),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cores: availableParallelism(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  load: Math.round(loadavg()[0]! * 100) / 100,
  commit: commitOf(import.meta.dirname),
});

/** Commit of the checkout around `cwd`, marked if it has changes. Undefined outside a repository. */
export function commitOf(cwd: string): string | undefined {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd, encoding: "utf8", stdio: "pipe" }).trim();
  try {
    const changed = git("status", "--porcelain", "--", ".", "../../packages") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? " with changes" : ""}`;
  } catch {
    return undefined; // no git, or no repository: reported without a commit
  }
}
