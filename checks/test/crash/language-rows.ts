import type { ChildNode, JournalRecord, JournalRecordOf, RunResult, StoredRun } from "@ice/core";
import { expect } from "vitest";
import { ice, type Executed } from "./ice-command.ts";
import { after, effect, endless, endlessSaga, fail, node, saga, send, whenDone } from "./language-nodes.ts";
import type { Place } from "./processes.ts";
import type { Stop } from "./stops.ts";
import type { WorkerTask } from "./worker.ts";

/** The state at the end. */
interface End {
  readonly place: Place;
  /** The run as the last process that died has left it, and as it is now. */
  readonly before: StoredRun;
  readonly after: StoredRun;
  readonly resumed: Executed<RunResult>;
}

/** A workflow, where its processes die, and what `ice resume` does then. */
export interface Row {
  readonly nodes: readonly ChildNode[];
  /** Where processes die: each resumes what the one before has left, or cancels it. */
  readonly dies: readonly (Stop & { readonly cancels?: true })[];
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

export const rows: Readonly<Record<string, Row>> = {
  "before a wait is recorded: the wait begins again": {
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
  "after a wait is recorded: the wait keeps its time": {
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
  "after a wait is recorded, and its time passes: the wait completes": {
    nodes: [node("w", "wait", { seconds: 0.05 })],
    dies: [at("after", "waiting", "w")],
    exit: 0,
    effects: [],
    check: ({ before, resumed }) => expect(resumed.document.output).toMatchObject({ w: { at: resumeAtOf(before) } }),
  },
  "after a signal is recorded: the next process takes it, even if the last one had taken it without a record": {
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
  "after a signal is taken: no other wait takes it": {
    nodes: [
      send("report", "go"),
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
  "after a switch has recorded its choice: the choice is kept": {
    nodes: [switching("true")],
    dies: [at("after", "checkpoint", "c")],
    changed: [switching("false")],
    exit: 0,
    effects: ["c.yes"],
    nodesAre: { "c.yes": "completed", "c.no": "skipped" },
  },
  "before a switch has recorded its choice: it chooses": {
    nodes: [switching("true")],
    dies: [at("before", "checkpoint", "c")],
    changed: [switching("false")],
    exit: 0,
    effects: ["c.no"],
    nodesAre: { "c.yes": "skipped", "c.no": "completed" },
  },
  "in the body of a scope: the body goes on": {
    nodes: [saga([effect("c", {}, after("b"))])],
    dies: [at("after", "started", "s.b")],
    exit: 0,
    effects: ["s.a", "s.b", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "in the body of a scope, and its signal arrives: what had begun is entered, only to be cancelled and cleaned up": {
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
  "after the failure of a body is recorded: the body is compensated": {
    nodes: [caught],
    dies: [at("after", "checkpoint", "s")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "in the middle of a compensation: the rest is compensated": {
    nodes: [caught],
    dies: [at("before", "outcome", "s.undoA")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "after a compensation: the failure is caught": {
    nodes: [caught],
    dies: [at("after", "outcome", "s.undoA")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "after a failure is caught: `finally` runs": {
    nodes: [caught],
    dies: [at("after", "outcome", "s.c")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free"],
    nodesAre: { s: "completed" },
  },
  "before the outcome in `finally` is recorded: that node alone is repeated": {
    nodes: [caught],
    dies: [at("before", "outcome", "s.free")],
    exit: 0,
    effects: ["s.a", "s.b", "s.undoB", "s.undoA", "s.c", "s.free", "s.free"],
    nodesAre: { s: "completed" },
  },
  "when half of the time to clean up is over: the next process has the full time": {
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
  "while a scope is stopped by a lost race: the scope is cleaned up, then cancelled": {
    nodes: [node("p", "parallel", { settle: "first", branches: [[endlessSaga()], [whenDone()]] })],
    dies: [at("after", "checkpoint", "p.s"), at("after", "outcome", "p.s.undoB")],
    exit: 0,
    effects: ["p.s.a", "p.s.b", ...cleaned.map((path) => `p.${path}`)],
    nodesAre: { "p.s": "cancelled", "p.ready": "completed" },
  },
  "while a scope is stopped by `ice runs cancel`: the scope is cleaned up, then cancelled": {
    nodes: [endlessSaga()],
    commandAt: { ...at("after", "started", "s.slow"), argv: ["runs", "cancel", "r"] },
    dies: [at("after", "outcome", "s.undoB")],
    exit: 1,
    effects: ["s.a", "s.b", ...cleaned],
    nodesAre: { s: "cancelled", "s.slow": "cancelled" },
    check: ({ resumed }) => expect(resumed.document).toMatchObject({ status: "cancelled" }),
  },
  "after `ice runs cancel` has asked it to cancel: the next process does": {
    nodes: [endlessSaga()],
    commandAt: { ...at("after", "started", "s.slow"), argv: ["runs", "cancel", "r"] },
    dies: [at("after", "started", "s.slow")],
    exit: 1,
    effects: ["s.a", "s.b", ...cleaned],
    nodesAre: { s: "cancelled", "s.slow": "cancelled" },
    check: ({ resumed }) => expect(resumed.document).toMatchObject({ status: "cancelled" }),
  },
  "while a suspended run is cancelled: the scope is cleaned up, then cancelled": {
    nodes: [saga([node("w", "wait", { signal: "never", ...after("b") })])],
    dies: [
      { place: "after", at: { kind: "suspended" } },
      { ...at("after", "outcome", "s.undoB"), cancels: true },
    ],
    exit: 1,
    effects: ["s.a", "s.b", ...cleaned],
    nodesAre: { s: "cancelled", "s.w": "cancelled" },
    check: ({ resumed }) => expect(resumed.document).toMatchObject({ status: "cancelled" }),
  },
  "after an `end` is recorded: nothing starts, the rest is stopped, the result is the same": {
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
  "after a detached run is created, before the outcome of its node: the run is found, and resumed by its own id": {
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
  "after a loop is settled, before its losers stop: the winners are the same": {
    nodes: [
      node("l", "loop", {
        itemsSource: "[120000, 1, 120000]",
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
