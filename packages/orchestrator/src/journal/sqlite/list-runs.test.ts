import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListQuery } from "@ice/core";
import { endlessTimeSlice, finishInTurns } from "@ice/core/internal";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Database } from "./database.ts";
import { listRuns } from "./list-runs.ts";
import { openDatabase } from "./open-database.ts";

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ice-list-"));
  database = openDatabase(join(folder, "ice.db"));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs of a tenant that were suspended until these times. */
function suspend(tenant: string, times: readonly number[]): void {
  database.transact(() => {
    for (const [at, resumeAt] of times.entries())
      database.run(
        `INSERT INTO runs (tenant, run_id, workflow, version, status, started_at, updated_at, records, epoch, resume_at)
          VALUES (?, ?, 'demo', '1', 'suspended', 1, 1, 1, 1, ?)`,
        tenant,
        `r${at}`,
        resumeAt,
      );
  });
}

const list = async (query: ListQuery): Promise<readonly string[]> =>
  (
    await finishInTurns(
      listRuns(database, { tenant: "default", ...query }, () => false),
      endlessTimeSlice,
    )
  ).map(({ runId }) => runId);

/** How SQLite finds the rows of each query of a list. */
async function plansOf(query: ListQuery): Promise<readonly string[]> {
  const asked = vi.spyOn(database, "all");
  await list(query);
  const queries = asked.mock.calls.slice();
  asked.mockRestore();
  return queries.map(([sql, ...values]) =>
    database
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      .map(({ detail }) => detail)
      .join("; "),
  );
}

const joined =
  "SEARCH origins USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; SEARCH owners USING PRIMARY KEY (id=?) LEFT-JOIN";

test.each<{ query: ListQuery }>([
  { query: { dueBy: 5000 } },
  { query: { dueBy: 5000, workflow: "demo" } },
  { query: { dueBy: 5000, limit: 10_000 } },
])("due runs are found by an index, in its order, page by page: $query", async ({ query }) => {
  suspend("default", [...Array<number>(300).fill(5000), ...Array<number>(300).fill(9000)]);
  suspend("acme", Array<number>(300).fill(5000));
  const [first, ...further] = await plansOf(query);
  expect(first).toBe(`SEARCH runs USING INDEX runs_by_resume (tenant=? AND resume_at<?); ${joined}`);
  for (const plan of further)
    expect(plan).toBe(`SEARCH runs USING INDEX runs_by_resume (tenant=? AND resume_at>? AND resume_at<?); ${joined}`);
});

test("due runs are found by that index with the statistics of SQLite, too", async () => {
  suspend("default", [...Array<number>(1000).fill(9000), 4000]);
  database.exec("ANALYZE");
  expect(await plansOf({ dueBy: 5000 })).toEqual([
    `SEARCH runs USING INDEX runs_by_resume (tenant=? AND resume_at<?); ${joined}`,
  ]);
  expect(await list({ dueBy: 5000 })).toEqual(["r1000"]);
});

test("only rows that are due are read", async () => {
  suspend("default", [...Array<number>(5000).fill(9000), 4000, 3000, 5000]);
  const asked = vi.spyOn(database, "all");
  expect(await list({ dueBy: 5000 })).toEqual(["r5001", "r5000", "r5002"]);
  expect(asked.mock.results.map(({ value }) => (value as unknown[]).length)).toEqual([3]);
});

test.each<{ query: ListQuery; index: string }>([
  { query: {}, index: "runs_by_start (tenant=?)" },
  { query: { status: "suspended" }, index: "runs_by_status (tenant=? AND status=?)" },
  { query: { workflow: "demo" }, index: "runs_by_workflow (tenant=? AND workflow=?)" },
])("other lists are read in the order of an index: $query", async ({ query, index }) => {
  suspend("default", Array<number>(300).fill(5000));
  expect((await plansOf(query))[0]).toBe(`SEARCH runs USING INDEX ${index}; ${joined}`);
});
