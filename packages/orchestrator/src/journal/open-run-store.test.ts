import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endlessTimeSlice } from "@ice/core/internal";
import { afterEach, beforeEach, expect, test } from "vitest";
import { journalOf } from "../../test/journal/sample-run.ts";
import { systemClock } from "../time/system-clock.ts";
import { openRunStore } from "./open-run-store.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ice-open-"));
  path = join(folder, "ice.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (url: string) => openRunStore(url, { clock: systemClock, timeSlice: endlessTimeSlice });

test("a store in memory is not durable, one in a file is", async () => {
  const memory = open("memory:");
  expect([memory.url, memory.durable]).toEqual(["memory:", false]);
  const file = open(`sqlite:${path}`);
  expect([file.url, file.durable]).toEqual([`sqlite:${path}`, true]);
});

test("a file is made when its store is first used, and never when it is not", async () => {
  const unused = open(`sqlite:${path}`);
  await unused.close();
  await expect(unused.list()).rejects.toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: `The store sqlite:${path} is closed.`,
    fix: "open the store again",
  });
  expect(existsSync(path)).toBe(false);
  const store = open(`sqlite:${path}`);
  expect(existsSync(path)).toBe(false);
  expect(await store.list()).toEqual([]);
  expect(existsSync(path)).toBe(true);
  await journalOf(store, "r");
  await store.close();
  const again = open(`sqlite:${path}`);
  expect(await again.list()).toMatchObject([{ runId: "r", status: "interrupted" }]);
  await again.close();
});

test("errors of a file are thrown whenever its store is used; closing it has no effect", async () => {
  mkdirSync(path);
  const store = open(`sqlite:${path}`);
  for (let time = 0; time < 2; time += 1)
    await expect(store.list()).rejects.toMatchObject({ code: "ICE_STORE_UNAVAILABLE" });
  await store.close();
});

test.each([
  ["postgres://ann:secret@host/runs", "postgres://…@host/runs"],
  ["sqlite:", "sqlite:"],
  ["file:sqlite:x", "file:sqlite:x"],
  ["memory:x", "memory:x"],
  ["", ""],
])("%s is not the address of a store", (url, shown) => {
  let error: unknown;
  try {
    open(url);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    code: "ICE_USAGE",
    message: `There is no store "${shown}".`,
    fix: url.startsWith("postgres:")
      ? "open it with openPostgresRunStore() of @ice/engine-dbos, and pass the store"
      : url === ""
        ? "if the address is in a variable of the shell, such as ICE_STORE, set that first"
        : "use memory: or sqlite:PATH",
    details: { store: shown },
  });
});
