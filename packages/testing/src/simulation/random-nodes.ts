import type { ChildNode } from "@ice/core";
import { maxDepth, readable, type Draft, type Place } from "./draft.ts";
import { containers, type ContainerKind } from "./random-containers.ts";
import { leaves, type LeafKind } from "./random-leaves.ts";

type Kind = LeafKind | ContainerKind;

/** Maximum number of nodes of one scenario, at all depths. */
const maxNodes = 16;

const leafKinds: readonly LeafKind[] = [
  ...(["tool", "tool", "tool", "tool", "tool", "tool"] as const),
  ...(["human", "human", "wait", "wait", "send"] as const),
  ...(["agent", "agent", "swarm"] as const),
];
const containerKinds: readonly Kind[] = [
  ...(["condition", "switch", "loop", "loop", "parallel", "workflow", "recursive"] as const),
  ...(["scope", "scope", "scope", "detached", "monitor"] as const),
];
/** Types that cannot clean up. */
const notInCleanup: readonly Kind[] = ["human", "wait", "monitor", "end"];
/** Types that are not drawn in a detached workflow. */
const notDetached: readonly Kind[] = ["agent", "swarm", "monitor"];
/** Types whose effects depend on timing. */
const notCalm: readonly Kind[] = ["send", "end"];

/** A random list of nodes. Their outputs do not depend on timing, or the draft says so. */
export function randomNodes(draft: Draft, wanted: number, place: Place): ChildNode[] {
  const { dice } = draft;
  const nodes: ChildNode[] = [];
  for (let index = 0; index < wanted && (draft.count < maxNodes || index === 0); index += 1) {
    const id = `n${(draft.count += 1)}`;
    const kind = randomKind(draft, place);
    const observed = nodes.filter(({ type }) => type !== "monitor");
    const before = kind === "monitor" ? [] : observed.filter(() => dice.chance(0.4));
    const join = before.length === 0 ? "all" : dice.pick(["all", "all", "all", "strict", "any", "ended", "atLeast"]);
    const early = join === "any" || join === "atLeast";
    const reads = early ? place.reads : [...place.reads, ...before.flatMap(readable)];
    nodes.push({
      id,
      ...(before.length > 0 && { dependencies: before.map((node) => node.id) }),
      ...(join !== "all" && { join: join === "atLeast" ? { atLeast: dice.between(1, before.length) } : join }),
      ...(dice.chance(0.1) && { when: `${draft.number(reads)} % 2 == 0` }),
      ...randomFields(draft, kind, id, { ...place, reads }),
    } as unknown as ChildNode);
  }
  return nodes;
}

function randomKind({ dice, isCalm }: Draft, { depth, isCleanup, isDetached }: Place): Kind {
  const isLeaf = depth >= maxDepth || dice.chance(0.5);
  const kinds: readonly Kind[] = !isLeaf ? containerKinds : dice.chance(0.04) ? ["end"] : leafKinds;
  const kind = dice.pick(kinds);
  const refused = [...(isCleanup ? notInCleanup : []), ...(isDetached ? notDetached : []), ...(isCalm ? notCalm : [])];
  return refused.includes(kind) ? "tool" : kind;
}

function randomFields(draft: Draft, kind: Kind, id: string, place: Place) {
  if (Object.hasOwn(leaves, kind)) return leaves[kind as LeafKind](draft, id, place);
  return { ...containers[kind as ContainerKind](draft, id, place), ...draft.mishaps(0.2) };
}
