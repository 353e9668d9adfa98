import type { ChildNode, Json } from "@ice/core";
import { maxDepth, type Draft, type Fields, type Place } from "./draft.ts";
import { randomScope } from "./random-scope.ts";

type MakeFields = (draft: Draft, id: string, place: Place) => Fields;

/** Random fields of every type with children. */
export const containers = {
  condition: randomCondition,
  switch: randomSwitch,
  loop: randomLoop,
  parallel: randomParallel,
  workflow: randomWorkflow,
  detached: randomDetached,
  recursive: randomRecursive,
  scope: randomScope,
} satisfies Record<string, MakeFields>;

export type ContainerKind = keyof typeof containers;

const listIn = (draft: Draft, place: Place, locals: readonly string[] = []): Json =>
  draft.nodes(draft.dice.between(1, 3), {
    ...place,
    depth: place.depth + 1,
    reads: [...place.reads, ...locals],
  }) as unknown as Json;

function randomCondition(draft: Draft, _: string, place: Place): Fields {
  return {
    type: "condition",
    expression: `${draft.number(place.reads)} % 2 == 0`,
    truePath: listIn(draft, place),
    ...(draft.dice.chance(0.7) && { falsePath: listIn(draft, place) }),
  };
}

function randomSwitch(draft: Draft, _: string, place: Place): Fields {
  const { dice } = draft;
  const cases = Array.from({ length: dice.between(1, 3) }, (_case, index) => ({
    when: `${draft.number(place.reads)} % 3 == ${index}`,
    ...(dice.chance(0.3) && { name: `case ${index}` }),
    path: listIn(draft, place),
  }));
  return { type: "switch", cases, ...(dice.chance(0.6) && { otherwise: listIn(draft, place) }) };
}

function randomLoop(draft: Draft, id: string, place: Place): Fields {
  const { dice } = draft;
  const parallel = dice.chance(0.5);
  const items = dice.between(0, 3);
  const settles = parallel && draft.timely(0.35);
  const needed = dice.between(1, Math.max(1, items));
  if (settles && items === 0) draft.mayFail = true;
  return {
    type: "loop",
    itemsSource: `range(${items})`,
    // Unique names, so that an inner loop hides nothing.
    itemVar: `${id}i`,
    indexVar: `${id}x`,
    body: listIn(draft, place, [`${id}i`]),
    ...(parallel ? { parallel, maxConcurrency: dice.between(1, 3) } : dice.chance(0.3) && { until: `${id}x >= 1` }),
    ...(settles && { settle: dice.pick<Json>(["first", { atLeast: needed }]) }),
    ...(!settles && dice.chance(0.6) && { onItemError: dice.pick(["skip", "collect"]) }),
  };
}

function randomParallel(draft: Draft, _: string, place: Place): Fields {
  const { dice } = draft;
  const branches = Array.from({ length: dice.between(2, 3) }, () => listIn(draft, place));
  const needed = dice.between(1, branches.length);
  const settle = draft.timely(0.5) ? dice.pick(["first", { atLeast: needed }] as const) : "all";
  return { type: "parallel", branches, settle, mergeOutputs: dice.chance(0.5) };
}

function randomWorkflow(draft: Draft, _: string, place: Place): Fields {
  return {
    type: "workflow",
    workflowRef: draft.workflow(place),
    inputs: { x: `{{ ${draft.number(place.reads)} }}` },
    ...(draft.dice.chance(0.1) && { cache: { ttlSeconds: 3600 } }),
  };
}

/** Starts a run of its own. */
function randomDetached(draft: Draft, id: string, place: Place): Fields {
  return {
    type: "workflow",
    workflowRef: draft.workflow({ ...place, isCleanup: false, isDetached: true }),
    inputs: { x: `{{ ${draft.number(place.reads)} }}` },
    detached: true,
    // Of several iterations, one has the run, and the others fail.
    ...(draft.timely(0.3) && { runId: `child-${id}` }),
  };
}

function randomRecursive(draft: Draft, _: string, place: Place): Fields {
  const { dice } = draft;
  const until = { convergenceCondition: `iteration >= ${dice.between(0, 2)}`, maxIterations: 3 };
  if (dice.chance(0.4))
    return { type: "recursive", workflowRef: draft.workflow(place), inputs: { x: "{{ iteration }}" }, ...until };
  if (dice.chance(0.3) && !place.isDetached)
    return { type: "recursive", agentPackage: dice.pick(["worker", "thinker"]), initialState: 0, ...until };
  const inside = { ...place, depth: maxDepth, reads: ["iteration"] };
  const body: readonly ChildNode[] = draft.nodes(dice.between(1, 2), inside);
  return { type: "recursive", body: body as unknown as Json, initialState: 0, ...until };
}
