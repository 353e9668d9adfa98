import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import { createFakeClock, type FakeClock } from "@ice/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Database } from "./database.ts";
import { migrate } from "./migrations.ts";
import { Ownership } from "./ownership.ts";
import type { RunRow } from "./run-row.ts";
import type { SqliteRunJournal } from "./sqlite-run-journal.ts";

const [leaseMs, pollMs] = [900, 100];

/** Counts how often tables are read. */
class CountingDatabase extends Database {
  polls = 0;

  override all<Row extends object>(sql: string, ...values: never[]): Row[] {
    this.polls += 1;
    return super.all<Row>(sql, ...values);
  }
}

let connection: DatabaseSync;
let database: CountingDatabase;
let clock: FakeClock;
/** Clock time at the start. */
let begin: number;
/** Start times of the running processes, by pid. */
let alive: Map<number, string>;

beforeEach(() => {
  connection = new DatabaseSync(":memory:");
  database = new CountingDatabase(connection, ":memory:");
  migrate(database);
  database.polls = 0;
  clock = createFakeClock();
  begin = clock.now();
  alive = new Map([[1, "10:00"]]);
});
afterEach(() => {
  if (connection.isOpen) connection.close();
});

function ownership(id: string): Ownership {
  return new Ownership({
    database,
    id,
    processes: { host: "here", pid: 1, startOf: (pid) => alive.get(pid) },
    now: () => clock.now(),
    leaseMs,
    pollMs,
    setBackgroundTimer: (ms, callback) => clock.setTimer(ms, callback),
  });
}

/** Signals that were sent to runs. */
let heard: string[] = [];
beforeEach(() => {
  heard = [];
});

/** A run in memory that records its notifications, with a row that names its owner. */
function run(row: number, owner: string | null, { epoch = 1, inTable = true } = {}): SqliteRunJournal {
  if (inTable)
    database.run(
      `INSERT INTO runs (id, run_id, workflow, version, status, started_at, updated_at, records, epoch, owner)
        VALUES (?, ?, 'w', '1', 'running', 1, 1, 1, ?, ?)`,
      row,
      `r${row}`,
      epoch,
      owner,
    );
  const listening = {
    row,
    epoch,
    notice: (signals: number, cancel: string | null) => heard.push(`r${row}: ${signals} signals, cancel ${cancel}`),
    fenced: () => new IceError("ICE_STORE_FENCED", "Another has it."),
    onOwnershipLost: ({ code }: IceError) => heard.push(`r${row}: ${code}`),
  };
  return listening as unknown as SqliteRunJournal;
}

const owners = (): unknown[] => connection.prepare("SELECT * FROM owners ORDER BY id").all();
const ownerOf = (row: number): unknown => connection.prepare("SELECT owner FROM runs WHERE id = ?").get(row)!["owner"];
const leaseOf = (id: string): number =>
  Number(connection.prepare("SELECT lease_until FROM owners WHERE id = ?").get(id)!["lease_until"]) - begin;

describe("an owner", () => {
  test("is registered with its process and its lease; once more only moves the lease", async () => {
    const own = ownership("me");
    own.register();
    const me = { id: "me", host: "here", pid: 1, process: "10:00", lease_ms: leaseMs };
    expect(owners()).toEqual([{ ...me, lease_until: begin + leaseMs }]);
    alive.set(1, "12:00");
    await clock.advance(50);
    own.register();
    expect(owners()).toEqual([{ ...me, lease_until: begin + 50 + leaseMs }]);
  });

  test("whose process the system does not know has none", () => {
    alive.clear();
    ownership("me").register();
    expect(owners()).toMatchObject([{ process: "" }]);
  });

  test("renews its lease after a third of it", async () => {
    const own = ownership("me");
    own.register();
    own.add(run(1, "me"));
    await clock.advance(299);
    expect(leaseOf("me")).toBe(leaseMs);
    await clock.advance(1);
    expect(leaseOf("me")).toBe(300 + leaseMs);
    await clock.advance(299);
    expect(leaseOf("me")).toBe(300 + leaseMs);
    await clock.advance(1);
    expect(leaseOf("me")).toBe(600 + leaseMs);
  });

  test("has one timer, from its first run to its last", async () => {
    const own = ownership("me");
    own.register();
    const runs = [run(1, "me"), run(2, "me")];
    expect(clock.pending).toBe(0);
    for (const each of runs) own.add(each);
    expect(clock.pending).toBe(1);
    await clock.advance(250);
    own.end(runs[0]!, "released");
    expect(clock.pending).toBe(1);
    own.end(runs[1]!, "released");
    expect(clock.pending).toBe(0);
    // It starts again: a third of a lease from here.
    own.add(run(3, "me"));
    await clock.advance(299);
    expect(leaseOf("me")).toBe(leaseMs);
    await clock.advance(1);
    expect(leaseOf("me")).toBe(550 + leaseMs);
  });

  test("goes on after a beat that failed", async () => {
    const own = ownership("me");
    own.register();
    own.add(run(1, "me"));
    connection.exec("ALTER TABLE owners RENAME TO away");
    await clock.advance(350);
    connection.exec("ALTER TABLE away RENAME TO owners");
    expect(leaseOf("me")).toBe(leaseMs);
    await clock.advance(100);
    expect(leaseOf("me")).toBe(400 + leaseMs);
  });

  test("that releases everything does not affect others", () => {
    const [own, other] = [ownership("me"), ownership("other")];
    own.register();
    other.register();
    run(1, "me");
    run(2, "other");
    own.release();
    expect([ownerOf(1), ownerOf(2)]).toEqual([null, "other"]);
    expect(owners()).toMatchObject([{ id: "other" }]);
  });

  test("that closes refuses all its runs and stops its timer", async () => {
    const own = ownership("me");
    own.register();
    for (const row of [1, 2]) own.add(run(row, "me"));
    const refused: number[] = [];
    own.close(({ row }) => refused.push(row));
    expect([refused, clock.pending]).toEqual([[1, 2], 0]);
    ownership("idle").close(() => refused.push(0));
    expect(refused).toEqual([1, 2]);
  });
});

describe("a beat", () => {
  test("polls the tables at first, and then only after another connection has written", async () => {
    const own = ownership("me");
    own.register();
    own.add(run(1, "me"));
    await clock.advance(99);
    expect(database.polls).toBe(0);
    await clock.advance(1);
    expect(heard).toEqual(["r1: 0 signals, cancel null"]);
    await clock.advance(500);
    expect(database.polls).toBe(1);
  });

  test("polls again when the last look failed", async () => {
    const own = ownership("me");
    own.register();
    const deaf = run(1, "me");
    let times = 0;
    Object.assign(deaf, {
      notice() {
        times += 1;
        if (times === 1) throw new Error("locked");
      },
    });
    own.add(deaf);
    await clock.advance(500);
    expect(times).toBe(2);
  });

  test("notifies a run of its signals, of a request to cancel, and of its loss", async () => {
    const own = ownership("me");
    own.register();
    ownership("other").register();
    const runs = [run(1, "me"), run(2, "other"), run(3, "me"), run(4, "me", { inTable: false })];
    for (const each of runs) own.add(each);
    connection.exec(
      "UPDATE runs SET signals = 2, cancel = 'enough' WHERE id = 1; UPDATE runs SET epoch = 2 WHERE id = 3",
    );
    await clock.advance(100);
    expect(heard).toEqual([
      "r1: 2 signals, cancel enough",
      "r2: ICE_STORE_FENCED",
      "r3: ICE_STORE_FENCED",
      "r4: ICE_STORE_FENCED",
    ]);
  });
});

describe("a run that is lost", () => {
  test("is released with the next heartbeat, and then the timer stops", async () => {
    const own = ownership("me");
    own.register();
    const lost = run(1, "me");
    own.add(lost);
    own.end(lost, "lost");
    expect([own.get(1), ownerOf(1), clock.pending]).toEqual([undefined, "me", 1]);
    await clock.advance(100);
    expect([ownerOf(1), clock.pending]).toEqual([null, 0]);
    // This also renewed the lease: the runs of this owner can refer to it.
    expect(leaseOf("me")).toBe(100 + leaseMs);
  });

  test("is not taken from its new owner", async () => {
    const [own, other] = [ownership("me"), ownership("other")];
    own.register();
    other.register();
    const lost = [run(1, "me"), run(2, "me"), run(3, "me")];
    for (const each of lost) own.add(each);
    for (const each of lost) own.end(each, "lost");
    connection.exec("UPDATE runs SET owner = 'other' WHERE id = 1; UPDATE runs SET epoch = 2 WHERE id = 2");
    await clock.advance(100);
    expect([ownerOf(1), ownerOf(2), ownerOf(3)]).toEqual(["other", "me", null]);
  });

  test("is released once, and not after it was resumed", async () => {
    const own = ownership("me");
    own.register();
    const first = run(1, "me");
    own.add(first);
    own.end(first, "lost");
    const again = run(1, "me", { inTable: false });
    own.add(again);
    expect(own.get(1)).toBe(again);
    await clock.advance(200);
    expect(ownerOf(1)).toBe("me");
    expect(leaseOf("me")).toBe(leaseMs);
    // Later notifications of the first one do not concern the second.
    own.end(first, "released");
    expect(own.get(1)).toBe(again);
    expect(clock.pending).toBe(1);
  });

  test("is tried again if it could not be released", async () => {
    const own = ownership("me");
    own.register();
    const lost = run(1, "me");
    own.add(lost);
    own.end(lost, "lost");
    connection.exec("ALTER TABLE owners RENAME TO away");
    await clock.advance(100);
    connection.exec("ALTER TABLE away RENAME TO owners");
    expect([ownerOf(1), clock.pending]).toEqual(["me", 1]);
    await clock.advance(100);
    expect([ownerOf(1), clock.pending]).toEqual([null, 0]);
  });
});

describe("a living owner has a run", () => {
  const row = (overrides: Partial<RunRow>): RunRow =>
    ({
      id: 1,
      owner: "other",
      host: "here",
      pid: 1,
      process: "10:00",
      lease_ms: leaseMs,
      lease_until: begin + leaseMs,
      ...overrides,
    }) as RunRow;

  test.each<[sentence: string, overrides: () => Partial<RunRow>, owned: boolean]>([
    ["while its process and its lease last", () => ({}), true],
    ["not when it has none", () => ({ owner: null }), false],
    ["not when it is not in the table of owners", () => ({ lease_until: null, lease_ms: null }), false],
    ["not without the length of the lease", () => ({ lease_ms: null }), false],
    ["not without the end of the lease", () => ({ lease_until: null }), false],
    ["to the last moment of the lease", () => ({ lease_until: begin + 1 }), true],
    ["not when the lease has run out", () => ({ lease_until: begin }), false],
    ["not when the lease is longer than one can be", () => ({ lease_until: begin + leaseMs + 1 }), false],
    ["not when its process has ended", () => ({ pid: 2 }), false],
    ["not when its pid is that of a later process", () => ({ process: "09:00" }), false],
    ["while the lease lasts when it is elsewhere", () => ({ pid: 2, host: "there" }), true],
    ["while the lease lasts when its process is not known", () => ({ pid: null }), true],
    ["not when this store lost it", () => ({ owner: "me" }), false],
  ])("%s", (_sentence, overrides, owned) => {
    expect(ownership("me").isOwned(row(overrides()))).toBe(owned);
  });

  test("when it is this store, whatever its lease says", () => {
    const own = ownership("me");
    own.register();
    own.add(run(1, "me"));
    expect(own.isOwned(row({ owner: "me", lease_until: begin - 1, pid: 2 }))).toBe(true);
    expect(own.isOwned(row({ owner: "me", id: 2 }))).toBe(false);
  });
});
