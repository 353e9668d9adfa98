import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, HumanTaskService, RunStore, WorkflowExecutionService } from "@ice/core";
import { expect, onTestFinished, test } from "vitest";
import { backupSqliteStore, initializeOrchestrator, Workflow } from "../../src/index.ts";
import { ask } from "../language-nodes.ts";
import { after, echo } from "../run-nodes.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ice-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function start(path: string) {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${path}` });
  onTestFinished(close);
  const execute = (runId: string) =>
    new Workflow([echo("a"), ask("ok", after("a"))], { name: "w", runtime }).execute({}, { runId });
  return { runtime, execute, runs: runtime.use(WorkflowExecutionService), tasks: runtime.use(HumanTaskService) };
}

test("a copy that is made while runs are recorded is a store with the state of one moment", async () => {
  const folder = newFolder();
  const [path, copy] = [join(folder, "ice.db"), join(folder, "copy.db")];
  const { execute, runtime } = await start(path);
  await execute("before");
  const token = await runtime.use(RunStore).secret();
  const writing = { goesOn: true };
  const writer = (async () => {
    for (let n = 0; writing.goesOn; n += 1) await execute(`during${n}`);
  })();
  await backupSqliteStore(path, copy);
  writing.goesOn = false;
  await writer;
  await execute("after");
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  const restored = await start(copy);
  const ids = (await restored.runs.list({ limit: 10_000 })).map(({ runId }) => runId);
  expect(ids).toContain("before");
  expect(ids).not.toContain("after");
  for (const runId of ids) expect((await restored.runtime.use(RunStore).read(runId)).runId).toBe(runId);
  expect(await restored.runtime.use(RunStore).secret()).toBe(token);
  await restored.tasks.respond("before", "ok", { approved: true });
  expect(await restored.runs.resume("before")).toMatchObject({ status: "completed" });
});

test("a copy takes the place of no file, and none is left if there is nothing to copy", async () => {
  const folder = newFolder();
  const path = join(folder, "ice.db");
  await (await start(path)).execute("r");
  writeFileSync(join(folder, "taken"), "");
  await expect(backupSqliteStore(path, join(folder, "taken"))).rejects.toMatchObject({ code: "ICE_USAGE" });
  await expect(backupSqliteStore(path, join(folder, "no/such/copy"))).rejects.toMatchObject({ code: "ICE_USAGE" });
  await expect(backupSqliteStore(join(folder, "missing"), join(folder, "copy"))).rejects.toMatchObject({
    code: "ICE_FILE_NOT_FOUND",
  });
  const text = join(folder, "text.db");
  writeFileSync(text, "no database at all, but long enough to be one".repeat(10));
  await expect(backupSqliteStore(text, join(folder, "copy"))).rejects.toMatchObject({
    code: expect.stringMatching(/^ICE_STORE_/),
  });
  expect(statSync(join(folder, "copy"), { throwIfNoEntry: false })).toBeUndefined();
});
