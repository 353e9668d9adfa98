import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { IceError, type RunStore } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteRunStore } from "../../src/journal/sqlite/open-sqlite-run-store.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { ending, outcome, silentOwner } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

const script = `${import.meta.dirname}/owner-process.ts`;
const node = ["--conditions=@ice/source", "--no-warnings"];
let fixture: SqliteFixture;
/** Has the clock of the machine, as the other processes have. */
let store: RunStore;
let children: ChildProcess[];

beforeEach(async () => {
  fixture = await sqliteFixture();
  store = await openSqliteRunStore(fixture.path);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await store.close();
  await fixture.close();
});

interface OwnerProcess {
  readonly child: ChildProcess;
  /** What it says, line by line; ends with it. */
  readonly lines: AsyncIterator<string>;
  readonly exit: Promise<unknown>;
}

function start(runId: string, count: number): OwnerProcess {
  const child = spawn(process.execPath, [...node, script, fixture.path, runId, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, lines, exit: once(child, "exit") };
}

async function until(lines: AsyncIterator<string>, wanted: string): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    seen.push(next.value);
    if (next.value.startsWith(wanted)) break;
  }
  return seen;
}

async function rest(lines: AsyncIterator<string>): Promise<readonly string[]> {
  return until(lines, "nothing that is ever said");
}

test(
  "a killed owner loses nothing that was durable, and its run can be taken at once",
  { timeout: 30_000 },
  async () => {
    const owner = start("r", 1e6);
    const said = [...(await until(owner.lines, "durable 30"))];
    expect(await ending(store.open("r", silentOwner))).toBe("ICE_STORE_OWNED");
    expect((await store.read("r")).status).toBe("running");
    owner.child.kill("SIGKILL");
    said.push(...(await rest(owner.lines)));
    await owner.exit;
    const { journal, run } = await store.open("r", silentOwner);
    expect([journal.epoch, run.status]).toEqual([2, "interrupted"]);
    // More may be durable than the process lived to say: its pipe is full at times, and what waits for it dies with it.
    expect(run.records.length).toBeGreaterThanOrEqual(said.length);
    expect(run.records).toEqual(run.records.map((_, n) => outcome(`n${n}`, n)));
    await journal.append(outcome("next", 1));
  },
);

test("an owner that was paused past its lease records nothing when it continues", { timeout: 30_000 }, async () => {
  const owner = start("r", 1e6);
  await until(owner.lines, "durable 10");
  // Where a minute has passed, the lease has run out.
  const clock = { now: () => Date.now() + 60_000, setTimer: systemClock.setTimer };
  const later = await fixture.another({ clock, lockedMs: 50 });
  const { journal, run } = await takeWhileStopped(owner, later);
  owner.child.kill("SIGCONT");
  expect((await rest(owner.lines)).at(-1)).toBe("refused ICE_STORE_FENCED");
  await journal.append(outcome("next", 1));
  expect((await later.read("r")).records).toEqual([...run.records, outcome("next", 1)]);
});

/** Stops the owner and takes its run. Stopped inside a transaction it holds the file: then it goes on a little, and is stopped again. */
async function takeWhileStopped(owner: OwnerProcess, store: RunStore): ReturnType<RunStore["open"]> {
  for (let tries = 1; ; tries += 1) {
    owner.child.kill("SIGSTOP");
    try {
      return await store.open("r", silentOwner);
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_STORE_LOCKED" || tries === 100) throw error;
      owner.child.kill("SIGCONT");
      // What it said before may still be in the pipe, so its lines do not show how far it is.
      await delay(tries);
    }
  }
}

test(
  "processes that write at the same time wait for each other, and none loses a record",
  { timeout: 30_000 },
  async () => {
    const owners = ["a", "b", "c"].map((runId) => start(runId, 100));
    const said = await Promise.all(owners.map(({ lines }) => rest(lines)));
    expect(said.map((lines) => lines.length)).toEqual([100, 100, 100]);
    for (const runId of ["a", "b", "c"]) {
      const { records } = await store.read(runId);
      expect(records).toEqual(Array.from({ length: 100 }, (_, n) => outcome(`n${n}`, n)));
    }
  },
);

test("owning a run does not keep a process alive", { timeout: 30_000 }, async () => {
  const { exit } = start("r", 1);
  expect(await exit).toEqual([0, null]);
  expect((await store.read("r")).status).toBe("interrupted");
});

test("a process that opens no store loads neither SQLite nor the store", () => {
  const program = `import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import("@ice/orchestrator");
    console.log(loaded.filter((url) => /node:sqlite|sqlite-run-store/.test(url)).map((url) => url.split("/").at(-1)));
    console.log(process.moduleLoadList.filter((name) => name.includes("sqlite")));`;
  const { stdout } = spawnSync(process.execPath, [...node, "--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(stdout).toBe("[ 'open-sqlite-run-store.ts' ]\n[]\n");
});
