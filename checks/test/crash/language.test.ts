import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildNode, JournalRecord, JournalRecordOf, RunResult, StoredRun } from "@ice/core";
import { expect, test } from "vitest";
import { ice, type Executed } from "./ice-command.ts";
import { after, effect, endless, endlessSaga, fail, node, saga, send, whenDone } from "./language-nodes.ts";
import { newPlace, startWorker, type Place } from "./processes.ts";
import { checkPromise, stored } from "./promise.ts";
import type { Stop } from "./stops.ts";
import type { WorkerTask } from "./worker.ts";

/** What is left when everything has been done. */
interface End {
  readonly place: Place;
  /** The run as the last process that died has left it, and as it is now. */
  readonly before: StoredRun;
  readonly after: StoredRun;
  readonly resumed: Executed<RunResult>;
}

/** What dies where, and what the next process makes of it. */
interface Row {
  readonly nodes: readonly ChildNode[];
  /** Where processes die: each continues what the one before has left. */
  readonly dies: readonly Stop[];
  /** A command of `ice` after the first death. */
  readonly meanwhile?: readonly string[];
  /** A command that another process executes while the first one stands still. */
  readonly commandAt?: WorkerTask["commandAt"];
  readonly workflows?: WorkerTask["workflows"];
  /** The nodes with which the run is resumed, by force. */
  readonly changed?: readonly ChildNode[];
  /** Exit code of `ice resume`. */
  readonly exit: number;
  /** Paths of all effects, in their order: twice where a process died between the effect and its record. */
  readonly effects: readonly string[];
  /** Statuses of nodes at the end. */
  readonly nodesAre?: Readonly<Record<string, string>>;
  readonly check?: (end: End) => void | Promise<void>;
}

const at = (place: Stop["place"], kind: JournalRecord["kind"], path: string): Stop => ({ place, at: { kind, path } });
const waitingIn = ({ records }: StoredRun): JournalRecordOf<"waiting">[] =>
  records.filter((record) => record.kind === "waiting");
const resumeAtOf = (run: StoredRun): number => (waitingIn(run)[0]!.wait as { resumeAt: number }).resumeAt;
const takenIn = ({ records }: StoredRun): string[] =>
  records.flatMap((record) => (record.kind === "outcome" ? (record.takes ?? []) : []));
const startedIn = ({ records }: StoredRun): string[] =>
  records.flatMap((record) => (record.kind === "started" ? record.path : []));

const cleaned = ["s.undoB", "s.undoA", "s.free"];
const caught = saga([fail(after("b"))], { catch: { body: [effect("c")] } });
const switching = (when: string): ChildNode =>
  node("c", "switch", { cases: [{ when, path: [effect("yes")] }], otherwise: [effect("no")] });

const rows: Readonly<Record<string, Row>> = {
  "a wait, before its record: begins anew": {
    nodes: [node("w", "wait", { seconds: 0.3 })],
    dies: [at("before", "waiting", "w")],
    exit: 0,
    effects: [],
    check({ before, after }) {
      expect(waitingIn(before)).toEqual([]);
      const resumed = after.records.find(({ kind }) => kind === "resumed")!;
      expect(resumeAtOf(after)).toBeGreaterThanOrEqual(resumed.at + 300);
    },
  },
  "a wait, after its record: keeps its time": {
    nodes: [node("w", "wait", { seconds: 3600 })],
    dies: [at("after", "waiting", "w")],
    exit: 5,
    effects: [],
    nodesAre: { w: "waiting" },
    check({ before, after, resumed }) {
      expect(waitingIn(after)).toEqual(waitingIn(before));
      expect(resumed.document.waiting).toMatchObject([{ path: "w", kind: "timer", resumeAt: resumeAtOf(before) }]);
      expect(after.records.at(-1)).toMatchObject({ kind: "suspended", resumeAt: resumeAtOf(before) });
    },
  },
  "a wait, after its record, whose time passes meanwhile: completes": {
    nodes: [node("w", "wait", { seconds: 0.05 })],
    dies: [at("after", "waiting", "w")],
    exit: 0,
    effects: [],
    check: ({ before, resumed }) => expect(resumed.document.output).toMatchObject({ w: { at: resumeAtOf(before) } }),
  },
  "a signal is recorded: taken by the next process, whatever the last one did with it": {
    nodes: [node("w", "wait", { signal: "go" })],
    dies: [at("after", "waiting", "w"), at("before", "outcome", "w")],
    meanwhile: ["signal", "r", "go", "--data", '{"n":1}', "--id", "one", "--as", "kim"],
    exit: 0,
    effects: [],
    check({ after, resumed }) {
      expect(resumed.document.output).toMatchObject({ w: { signal: "go", payload: { n: 1 }, id: "one", by: "kim" } });
      expect(takenIn(after)).toEqual(["one"]);
    },
  },
  "a signal is taken: never again": {
    nodes: [
      send("tell", "go"),
      node("w", "wait", { signal: "go" }),
      node("v", "wait", { signal: "go", ...after("w") }),
    ],
    dies: [at("after", "outcome", "w")],
    exit: 5,
    effects: [],
    nodesAre: { w: "completed", v: "waiting" },
    async check({ place, before, after }) {
      expect(takenIn(before)).toHaveLength(1);
      expect(takenIn(after)).toEqual(takenIn(before));
      await ice(place, "signal", "r", "go", "--id", "two");
      const { code, document } = await ice<RunResult>(place, "resume", "r");
      expect([code, document.output]).toMatchObject([0, { v: { id: "two" } }]);
    },
  },
  "a switch that has chosen: keeps the recorded choice": {
    nodes: [switching("true")],
    dies: [at("after", "checkpoint", "c")],
    changed: [switching("false")],
    exit: 0,
    effects: ["c.yes"],
    nodesAre: { "c.yes": "completed", "c.no": "skipped" },
  },
  "a switch that has not: chooses": {
    nodes: [switching("true")],
    dies: [at("before", "checkpoint", "c")],
    changed: [switching("false")],
    exit: 0,
    effects: ["c.no"],
    nodesAre: { "c.yes": "skipped", "c.no": "completed" },
  },
  "a scope, in the body: goes on": {
    nodes: [saga([effect("c", {}, after("b"))])],
    dies: [at("after", "started", "s.b")],
    exit: 0,
    effects: ["s.a", "s.b", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a scope, in the body, and its signal comes: enters what had begun, only to cancel and clean it": {
    nodes: [
      node("s", "scope", {
        cancelOn: "stop",
        body: [
          effect("a"),
          node("n", "scope", {
            body: [effect("m"), endless("slow", after("m"))],
            compensate: { m: [effect("undoM")] },
            finally: [effect("freeN")],
            ...after("a"),
          }),
          effect("c", {}, after("n")),
        ],
        compensate: { a: [effect("undoA")] },
        finally: [effect("free")],
      }),
    ],
    dies: [at("after", "outcome", "s.n.m")],
    meanwhile: ["signal", "r", "stop"],
    exit: 1,
    effects: ["s.a", "s.n.m", "s.n.undoM", "s.n.freeN", "s.undoA", "s.free"],
    nodesAre: { s: "failed", "s.n": "cancelled", "s.c": "skipped" },
    check({ after, resumed }) {
      expect(resumed.document.error).toMatchObject({ code: "ICE_SCOPE_CANCELLED", path: "s" });
      expect(startedIn(after)).not.toContain("s.n.slow");
    },
  },
  "a body has ended, and that is recorded: compensates": {
    nodes: [caught],
    dies: [at("after", "checkpoint", "s")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a body has ended, while it is undone: undoes the rest": {
    nodes: [caught],
    dies: [at("before", "outcome", "s.undoA")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a body has ended, and is undone: catches": {
    nodes: [caught],
    dies: [at("after", "outcome", "s.undoA")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a body has ended, and its error is caught: cleans up": {
    nodes: [caught],
    dies: [at("after", "outcome", "s.c")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a body has ended, and everything is cleaned up, but not recorded: repeats that alone": {
    nodes: [caught],
    dies: [at("before", "outcome", "s.free")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free", "s.free"],
    nodesAre: { s: "completed" },
  },
  "a body has ended, and half of the time to undo it is over: full time again": {
    nodes: [
      saga([fail(after("b"))], {
        cleanupSeconds: 5,
        compensate: { a: [effect("undoA", { ms: 3000 })], b: [effect("undoB", { ms: 3000 })] },
      }),
    ],
    dies: [at("after", "outcome", "s.undoB")],
    exit: 1,
    effects: ["s.a", "s.b", ...cleaned],
    check: ({ resumed }) => expect(resumed.document.error).toMatchObject({ code: "OOPS" }),
  },
  "a scope is stopped by a lost race: undoes and cleans up, and is cancelled": {
    nodes: [node("p", "parallel", { settle: "first", branches: [[endlessSaga()], [whenDone()]] })],
    dies: [at("after", "checkpoint", "p.s"), at("after", "outcome", "p.s.undoB")],
    exit: 0,
    effects: ["p.s.a", "p.s.b", ...cleaned.map((path) => `p.${path}`)],
    nodesAre: { "p.s": "cancelled", "p.ready": "completed" },
  },
  "a scope is stopped by `ice runs cancel`: undoes and cleans up, and is cancelled": {
    nodes: [endlessSaga()],
    commandAt: { ...at("after", "started", "s.slow"), argv: ["runs", "cancel", "r"] },
    dies: [at("after", "outcome", "s.undoB")],
    exit: 1,
    effects: ["s.a", "s.b", ...cleaned],
    nodesAre: { s: "cancelled", "s.slow": "cancelled" },
    check: ({ resumed }) => expect(resumed.document).toMatchObject({ status: "cancelled" }),
  },
  "an `end` is recorded: starts nothing, stops the rest, same result": {
    nodes: [
      endlessSaga(),
      whenDone(),
      node("e", "end", { status: "completed", output: { n: 1 }, ...after("ready") }),
      effect("z", {}, after("e")),
    ],
    dies: [at("after", "outcome", "e")],
    exit: 0,
    effects: ["s.a", "s.b", ...cleaned],
    nodesAre: { e: "completed", s: "cancelled", z: "skipped" },
    check({ before, after, resumed }) {
      expect(resumed.document).toMatchObject({ status: "completed", output: { n: 1 } });
      const added = startedIn(after).slice(startedIn(before).length);
      expect(added).toEqual(["s.undoB", "s.undoA", "s.free"]);
    },
  },
  "a detached run is created, and its node has no outcome: finds it; it is resumed by its own id": {
    nodes: [
      node("d", "workflow", { workflowRef: "child", detached: true, runId: "child-of-{{ run.id }}" }),
      effect("z", {}, after("d")),
    ],
    workflows: [{ name: "child", nodes: [effect("c", { ms: 300 })] }],
    dies: [at("before", "outcome", "d")],
    exit: 0,
    effects: ["z"],
    async check({ place, resumed }) {
      expect(resumed.document.output).toMatchObject({ d: { runId: "child-of-r" } });
      const { document: listed } = await ice<{ runs: RunResult[] }>(place, "runs", "list");
      const startedBy = { runId: "r", path: "d" };
      expect(listed.runs).toMatchObject([{ runId: "child-of-r", status: "interrupted", startedBy }, { runId: "r" }]);
      const child = await ice<RunResult>(place, "resume", "child-of-r");
      expect([child.code, child.document.status]).toEqual([0, "completed"]);
      expect(place.effectLines().map(({ path }) => path)).toEqual(["z", "c"]);
    },
  },
  "a loop is settled, before its losers stop: same winners": {
    nodes: [
      node("l", "loop", {
        itemsSource: "[600000, 1, 600000]",
        parallel: true,
        settle: "first",
        body: [effect("w", { ms: "{{ item }}" })],
      }),
    ],
    dies: [at("after", "checkpoint", "l")],
    exit: 0,
    effects: ["l[1].w"],
    nodesAre: { "l[0].w": "cancelled", "l[2].w": "cancelled" },
    check: ({ resumed }) => expect(resumed.document.output).toEqual({ l: [null, { path: "l[1].w" }, null] }),
  },
};

test.each(Object.entries(rows))("%s", async (_name, row) => {
  const place = newPlace();
  const { db, effects } = place;
  const { commandAt, workflows, meanwhile, changed } = row;
  const argv = [...(commandAt?.argv ?? []), "--store", `sqlite:${db}`];
  for (const [life, dieAt] of row.dies.entries()) {
    const worker = startWorker({
      db,
      effects,
      runs: ["r"],
      blueprint: { name: "w", nodes: row.nodes },
      dieAt,
      ...(commandAt && life === 0 && { commandAt: { ...commandAt, argv } }),
      ...(workflows && { workflows }),
    });
    const lines = await worker.ended;
    expect(worker.process.signalCode, JSON.stringify(lines)).toBe("SIGKILL");
    if (life === 0 && meanwhile !== undefined) expect((await ice(place, ...meanwhile)).code).toBe(0);
  }
  const before = await stored(place, "r");
  const seen = place.effectLines().length;
  const file = join(place.directory, "changed.json");
  if (changed !== undefined)
    writeFileSync(file, JSON.stringify({ schemaVersion: "ice/v1", name: "w", nodes: changed }));

  const resumed = await ice<RunResult>(place, "resume", "r", ...(changed === undefined ? [] : [file, "--force"]));
  const run = await stored(place, "r");
  const lines = place.effectLines();
  expect(resumed, resumed.stderr).toMatchObject({ code: row.exit });
  expect(lines.map(({ path }) => path)).toEqual(row.effects);
  checkPromise({ before, after: run, effects: lines, seen });
  const statuses = Object.entries(resumed.document.nodes).map(([path, { status }]) => [path, status]);
  expect(Object.fromEntries(statuses)).toMatchObject(row.nodesAre ?? {});
  expect((await ice<RunResult>(place, "runs", "show", "r")).document).toEqual(resumed.document);
  await row.check?.({ place, before, after: run, resumed });
});
