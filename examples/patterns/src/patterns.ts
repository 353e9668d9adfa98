import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readTrace, type Trace } from "./trace.ts";

/** A workflow control-flow pattern with its example. */
export interface Pattern {
  /** 1 to 43, as in WCP-1. */
  readonly number: number;
  readonly title: string;
  /** How ice expresses it. */
  readonly how: string;
  /** What ice cannot express of it; undefined if nothing is missing. */
  readonly missing: string | undefined;
  /** Absolute path of the blueprint. */
  readonly file: string;
  readonly trace: Trace;
}

/** The folder of the examples, with a separator at the end. */
export const folder: string = fileURLToPath(new URL("..", import.meta.url));

/** All patterns, by number. Each is a blueprint such as `01-sequence.yaml`, with its trace in `01-sequence.trace.yaml`. */
export function readPatterns(): readonly Pattern[] {
  const names = readdirSync(folder).filter((name) => /^\d\d-[a-z-]+\.yaml$/.test(name));
  return names.toSorted().map((name) => readPattern(`${folder}${name}`));
}

function readPattern(file: string): Pattern {
  const [comment = ""] = /^(?:# .*\n)*/.exec(readFileSync(file, "utf8"))!; // matches any text
  const text = comment.replaceAll(/\n# (?!In ice: |Partly: )/g, " ");
  const number = Number(/^# WCP-(\d+) /.exec(text)?.[1]);
  const title = /^# WCP-\d+ ([^:\n]+): \S/.exec(text)?.[1];
  const how = /^# In ice: (.+)$/m.exec(text)?.[1];
  if (title === undefined || how === undefined)
    throw new Error(`${file} must begin with "# WCP-<number> <name>: <definition>" and "# In ice: <how>".`);
  const missing = /^# Partly: (.+)$/m.exec(text)?.[1];
  return { number, title, how, missing, file, trace: readTrace(file.replace(/\.yaml$/, ".trace.yaml")) };
}
