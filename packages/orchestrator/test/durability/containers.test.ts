import { noFaults, simulate, type Crash, type Scenario, type Simulation } from "@ice/testing";
import { expect, test } from "vitest";
import {
  call,
  cleanups,
  containers,
  end,
  neighbours,
  scenarioOf,
  suspending,
  waitingNeighbours,
  type Contained,
} from "./container-kinds.ts";
import { start } from "./seeds.ts";

const kept = async (scenario: Scenario): Promise<Simulation> => {
  const simulation = await simulate(scenario, start);
  expect(simulation.violations).toEqual([]);
  return simulation;
};

/** What depends on the time. An end may come before what keeps the process. */
const timely = ["respondedAt", "at", "id", "runId", "checks", "triggered", "triggerCount", "lastValue", "busy"];

/** Status and output without times. */
const endOf = ({ result }: Simulation): string =>
  JSON.stringify([result!.status, result!.output], (key, value: unknown) => (timely.includes(key) ? undefined : value));

/** Journal calls of a simulation with a record of this kind, numbered from 1 within each process. */
function callsWith(kind: string, log: readonly string[]): { process: number; nth: number }[] {
  const calls: { process: number; nth: number }[] = [];
  let process = 0;
  let nth = 0;
  for (const line of log) {
    if (line.startsWith("process ")) [process, nth] = [process + 1, 0];
    if (!line.startsWith("store ")) continue;
    nth += 1;
    if (line.includes(`"kind":"${kind}"`)) calls.push({ process, nth });
  }
  return calls;
}

const faultPlan = { ...noFaults, commitMs: 2 };

/** The same, with a process that dies at the first record of a kind. Undefined without such a record. */
function crashedAt(kind: string, later: Simulation): Scenario {
  const { process, nth } = callsWith(kind, later.log)[0]!;
  const fault = kind === "suspended" ? "crashBefore" : "crashAfter";
  const crashes = Array.from({ length: process }, (_, index): Crash => {
    return { at: "call", nth: index === process - 1 ? nth : Infinity, fault };
  });
  return { ...later.scenario, faultPlan: { ...faultPlan, crashes } };
}

/** The same, with everything that nodes wait for sent before they wait, or soon after. None if a person is asked twice. */
function early(later: Simulation): readonly Scenario[] {
  const paths: string[] = [];
  const names: string[] = [];
  for (const line of later.log) {
    if (!line.startsWith('{"kind":"waiting"')) continue;
    const { path, wait } = JSON.parse(line) as { path: string; wait: { kind: string; signals?: string[] } };
    if (wait.kind === "human") paths.push(path);
    else names.push(...(wait.signals ?? []));
  }
  if (new Set(paths).size < paths.length) return [];
  const person = { answer: { approved: true }, when: "early", atMs: 0, paths } as const;
  const signals = names.map((name, index) => ({ name, payload: 7, id: `early${index}`, atMs: 3 }));
  return [{ ...later.scenario, people: { h: person, n: person }, signals }];
}

const suspends = ({ log }: Simulation): boolean => log.some((line) => line.includes('"reason":"waiting"'));

/** In turn: sent before, and crashes at each kind of record around a suspension. */
const variants: readonly ((later: Simulation) => Promise<void>)[] = [
  async (later) => {
    for (const scenario of early(later)) {
      const before = await kept(scenario);
      expect(suspends(before)).toBe(false);
      expect(endOf(before)).toBe(endOf(later));
    }
  },
  ...["waiting", "suspended", "resumed"].map((kind) => async (later: Simulation) => {
    expect(endOf(await kept(crashedAt(kind, later)))).toBe(endOf(later));
  }),
];
let turn = 0;
const inTurn = <T>(list: readonly T[]): T => list[(turn += 1) % list.length]!;

const only = (one: Contained["node"]): Contained => ({ node: one });
const after = call("z", { dependencies: ["h"], toolArgs: { v: 4, ms: 5 } });
const beside = Object.entries({ ...neighbours, ...waitingNeighbours });

for (const [o, outer] of Object.keys(containers).entries()) {
  test(`a person or a wait beside any node inside any container inside ${outer}: given later, before, and with crashes between`, async () => {
    for (const [i, [inner, contain]] of Object.entries(containers).entries())
      for (const [n, [name, neighbour]] of beside.entries()) {
        // Half of all, so that each pair occurs in every second container, with a person and with a wait.
        if ((o + i + n) % 2 === 0) continue;
        const waits = Object.values(suspending)[((o + n) >> 1) % 2]!("h");
        const contents = [neighbour("n"), only(waits), only(after)];
        const later = await kept(scenarioOf(outer, contain, contents, faultPlan));
        expect(later.result, `${name} inside ${inner}`).toMatchObject({ status: "completed" });
        expect(suspends(later)).toBe(true);
        await inTurn(variants)(later);
      }
  }, 240_000);

  test(`an end after a wait inside any container inside ${outer} ends its workflow, with crashes between`, async () => {
    for (const contain of Object.values(containers))
      for (const status of ["completed", "failed"] as const) {
        const contents = [neighbours["a tool"]!("n"), only(inTurn(Object.values(suspending))("h")), only(end(status))];
        const later = await kept(scenarioOf(outer, contain, contents, faultPlan));
        expect(suspends(later)).toBe(true);
        await inTurn(variants)(later);
        expect(endOf(await kept(crashedAt("stopped", later)))).toBe(endOf(later));
      }
  }, 240_000);

  test(`any node that cleans up after a wait inside ${outer} does, with crashes between`, async () => {
    for (const cleanup of Object.values(cleanups))
      for (const [name, neighbour] of Object.entries(neighbours)) {
        const waits = inTurn(Object.values(suspending))("h");
        const contained = neighbour("n");
        const inner = (id: string): Contained => ({ ...contained, node: cleanup(id, [waits], [contained.node]) });
        const later = await kept(scenarioOf(outer, inner, [], faultPlan));
        expect(later.result!.nodes["last"]).toMatchObject({ status: "completed" });
        const cleaned = Object.entries(later.result!.nodes).filter(([path]) => path.endsWith(".n"));
        expect(cleaned, name).not.toEqual([]);
        for (const [, { status }] of cleaned) expect(status, name).toBe("completed");
        await inTurn(variants)(later);
        expect(endOf(await kept(crashedAt("checkpoint", later)))).toBe(endOf(later));
      }
  }, 240_000);
}
