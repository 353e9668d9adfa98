import type { ChildNode, Json } from "@ice/core";
import { readable, type Draft, type Fields, type Place } from "./draft.ts";

/** A scope whose body often fails, with compensations, `catch` and `finally`. */
export function randomScope(draft: Draft, _: string, place: Place): Fields {
  const { dice } = draft;
  const body = randomBody(draft, place);
  const reads = [...place.reads, ...body.flatMap(readable)];
  const cleanup: Place = { ...place, depth: place.depth + 1, reads, isCleanup: true };
  const compensate = Object.fromEntries(
    body.filter(() => dice.chance(0.6)).map(({ id }) => [id, draft.nodes(dice.pick([1, 1, 2]), cleanup)]),
  );
  return {
    type: "scope",
    body: body as unknown as Json,
    ...(Object.keys(compensate).length > 0 && { compensate: compensate as unknown as Json }),
    ...(dice.chance(0.4) && { catch: randomCatch(draft, { ...place, depth: place.depth + 1, reads }) }),
    ...(dice.chance(0.5) && { finally: draft.nodes(dice.pick([1, 1, 2]), cleanup) as unknown as Json }),
    ...randomLimits(draft),
  };
}

/** Effects, and often a failure after them. */
function randomBody(draft: Draft, place: Place): ChildNode[] {
  const { dice } = draft;
  const body = draft.nodes(dice.between(1, 3), { ...place, depth: place.depth + 1 });
  if (!dice.chance(0.5)) return body;
  draft.mayFail = true;
  const before = body.filter(({ type }) => type !== "monitor" && dice.chance(0.7)).map(({ id }) => id);
  const fails = {
    id: `n${(draft.count += 1)}`,
    type: "tool",
    toolName: "pure",
    toolArgs: { v: 1, ms: dice.pick([0, 1, 10, 30]), fail: true },
    dependencies: before,
    ...(dice.chance(0.5) && { join: "ended" }),
  };
  return [...body, fails];
}

function randomCatch(draft: Draft, place: Place): Json {
  const { dice } = draft;
  // Which of several errors is the first depends on timing.
  const codes = draft.timely(0.3) ? dice.pick([["DRILL"], ["ICE_NODE_TIMEOUT", "ICE_SCOPE_CANCELLED"]]) : undefined;
  const body = draft.nodes(dice.pick([1, 1, 2]), place);
  return { ...(codes && { codes }), body: body as unknown as Json };
}

/** What ends the body, and how long cleaning up may take. */
function randomLimits(draft: Draft): Fields {
  const { dice } = draft;
  return {
    ...(draft.timely(0.25) && { timeoutSeconds: dice.pick([0.02, 0.05]) }),
    ...(draft.timely(0.25) && { cancelOn: dice.pick(["stop", "x", "{{ 'stop' }}"]) }),
    ...(draft.timely(0.15) && { cleanupSeconds: dice.pick([0.015, 0.06]) }),
  };
}
