import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { systemProcesses } from "./process-table.ts";

test("this process is identified by values that do not change", () => {
  const table = systemProcesses();
  expect(table.pid).toBe(process.pid);
  expect(table.host.startsWith(`${hostname()} `)).toBe(true);
  expect(table.startOf(process.pid)).toBe(systemProcesses().startOf(process.pid));
  expect(systemProcesses().host).toBe(table.host);
});

test("a process is known while it lives", async () => {
  const table = systemProcesses();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(child, "spawn");
  expect(table.startOf(child.pid!)).toBeTypeOf("string");
  child.kill();
  await once(child, "exit");
  expect(table.startOf(child.pid!)).toBeUndefined();
});

test.skipIf(!existsSync("/proc/self/stat"))("on Linux, processes are distinguished by their start since boot", () => {
  const table = systemProcesses();
  expect(table.startOf(process.pid)).toMatch(/^\d+@[\da-f-]{36}$/);
  expect(table.startOf(process.pid)).not.toBe(table.startOf(1));
  expect(table.host).toMatch(/ pid:\[\d+\]$/);
});
