import { RE2JS } from "re2js";
import { expressionFailed } from "../failure.ts";
import { expressionLimits } from "../limits.ts";
import type { Meter } from "../meter.ts";
import { dearParts } from "../pattern-parts.ts";

/** The patterns that were used last, by any run. A program of 1,000 states takes 100 KB. */
const cache = new Map<string, RE2JS>();
const maxStates = 20_000;
const held = { states: 0 };

/**
 * Cost of compiling each character, each expensive part and each state of a pattern, and of creating a new state
 * during a search, in characters.
 */
const work = {
  perCharacter: 4096,
  perClass: 262_144,
  perFoldedRange: 2_097_152,
  perState: 16_384,
  perNewState: 128,
  perSubject: 16,
} as const;

/** `matches`: RE2 finds the pattern in linear time; JavaScript's own engine may take exponential time. */
export function matches(subject: string, pattern: string, meter: Meter): boolean {
  const compiled = meter.patterns.get(pattern) ?? compile(pattern, meter);
  meter.work(matchingWork(subject.length, compiled.programSize()));
  return compiled.test(subject);
}

/**
 * The automaton is built while it runs: at worst each character needs a state that combines all of the program's, and no
 * program of n has more than 2ⁿ of them.
 */
function matchingWork(length: number, states: number): number {
  const made = Math.min(length, 2 ** Math.min(states, 30));
  return length * work.perSubject + made * states * work.perNewState;
}

/** Each evaluation is charged for the patterns that it uses, compiled before or not, so that its bounds do not vary. */
function compile(pattern: string, meter: Meter): RE2JS {
  if (pattern.length > expressionLimits.patternLength)
    throw expressionFailed(
      `A regular expression has ${pattern.length} characters; at most ${expressionLimits.patternLength}.`,
      "use a shorter pattern",
    );
  const { classes, foldedRanges } = dearParts(pattern);
  meter.work(pattern.length * work.perCharacter + classes * work.perClass + foldedRanges * work.perFoldedRange);
  const compiled = cache.get(pattern) ?? compileNew(pattern);
  meter.work(compiled.programSize() * work.perState);
  meter.patterns.set(pattern, compiled);
  keep(pattern, compiled);
  return compiled;
}

function compileNew(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw expressionFailed(
      `"${pattern.slice(0, 100)}" is not a valid RE2 regular expression.`,
      "see https://github.com/google/re2/wiki/Syntax",
      cause,
    );
  }
}

/** The pattern is now the most recent; the oldest are removed until the rest is small enough. */
function keep(pattern: string, compiled: RE2JS): void {
  if (!cache.delete(pattern)) held.states += compiled.programSize();
  cache.set(pattern, compiled);
  for (const [oldest, { programSize }] of [...cache].map(
    ([key, re]) => [key, { programSize: re.programSize() }] as const,
  )) {
    if (held.states <= maxStates) break;
    cache.delete(oldest);
    held.states -= programSize;
  }
}
