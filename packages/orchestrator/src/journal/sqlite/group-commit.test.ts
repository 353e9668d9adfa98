import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import { createFakeClock } from "@ice/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "./database.ts";
import { GroupCommit, type Job } from "./group-commit.ts";

let connection: DatabaseSync;
let database: Database;
/** The results of jobs, and the pauses between them. */
let happened: string[];
/** Whether the time slice is over, for each check in turn; false when the list is empty. */
let sliceChecks: boolean[];

const timeSlice: TimeSlice = {
  isOver: () => sliceChecks.shift() ?? false,
  async next() {
    happened.push("pause");
  },
  continueLater: (work) => work(),
};

beforeEach(() => {
  happened = [];
  sliceChecks = [];
  connection = new DatabaseSync(":memory:");
  connection.exec("CREATE TABLE notes (text)");
  database = new Database(connection, ":memory:");
});
afterEach(() => connection.close());

function commits(): GroupCommit {
  return new GroupCommit(database, { clock: createFakeClock(), path: ":memory:", lockedMs: 0 }, timeSlice);
}

/** A job that writes its name, or fails. */
function job(name: string, failure?: Error): Job {
  return {
    write() {
      happened.push(`write ${name}`);
      if (failure !== undefined) throw failure;
      database.run("INSERT INTO notes VALUES (?)", name);
    },
    settle: (error) => void happened.push(error === undefined ? `done ${name}` : `${error.code} ${name}`),
  };
}

const notes = (): readonly unknown[] =>
  database.all<{ text: string }>("SELECT text FROM notes").map(({ text }) => text);

test("what is added in one turn is written in one transaction, and settled after it", async () => {
  const group = commits();
  for (const name of ["a", "b", "c"]) group.add(job(name));
  expect(happened).toEqual([]);
  await group.idle();
  expect(happened).toEqual(["write a", "write b", "write c", "done a", "done b", "done c"]);
  expect(notes()).toEqual(["a", "b", "c"]);
  await group.idle();
  group.add(job("d"));
  await group.idle();
  expect(notes()).toEqual(["a", "b", "c", "d"]);
});

test("a job that throws is left out of its transaction, and only it gets the error", async () => {
  const group = commits();
  group.add(job("a"));
  group.add(job("b", new IceError("ICE_RUN_EXISTS", "It is there.")));
  group.add(job("c"));
  await group.idle();
  expect(happened.slice(3)).toEqual(["done a", "ICE_RUN_EXISTS b", "done c"]);
  expect(notes()).toEqual(["a", "c"]);
});

test("a transaction that fails is rolled back, and settles all its jobs with the error; later ones continue", async () => {
  const group = commits();
  group.add(job("a"));
  group.add(job("b", Object.assign(new Error("disk full"), { errcode: 13 })));
  group.add(job("c"));
  await group.idle();
  expect(happened.slice(2)).toEqual(["ICE_STORE_FULL a", "ICE_STORE_FULL b", "ICE_STORE_FULL c"]);
  expect(notes()).toEqual([]);
  group.add(job("d"));
  await group.idle();
  expect(notes()).toEqual(["d"]);
});

test("jobs that do not fit into the time slice are left to the next transaction, after a pause", async () => {
  const group = commits();
  sliceChecks = [false, true, true];
  for (const name of ["a", "b", "c", "d"]) group.add(job(name));
  await group.idle();
  const transactions = ["write a, write b, done a, done b, pause", "write c, done c, pause", "write d, done d"];
  expect(happened.join(", ")).toBe(transactions.join(", "));
  expect(notes()).toEqual(["a", "b", "c", "d"]);
});

test("what is added while others are committed is committed after them, without a pause unless the slice is over", async () => {
  for (const over of [false, true]) {
    const group = commits();
    happened = [];
    sliceChecks = [false, over];
    const first = job("first");
    group.add({
      ...first,
      settle(error) {
        first.settle(error);
        group.add(job("second"));
      },
    });
    await group.idle();
    const pause = over ? ["pause"] : [];
    expect(happened).toEqual(["write first", "done first", ...pause, "write second", "done second"]);
  }
});

test("a pause is not made when nothing waits any more", async () => {
  const group = commits();
  sliceChecks = [true, true];
  group.add(job("a"));
  await group.idle();
  expect(happened).toEqual(["write a", "done a"]);
});

test("work has its result, or its refusal, when the transaction has ended", async () => {
  const group = commits();
  const refusal = new IceError("ICE_RUN_NOT_FOUND", "There is none.");
  const results = await Promise.allSettled([
    group.run(() => 42),
    group.run(() => {
      throw refusal;
    }),
  ]);
  expect(results).toEqual([
    { status: "fulfilled", value: 42 },
    { status: "rejected", reason: refusal },
  ]);
});
