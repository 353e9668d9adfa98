import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ComponentRegistry } from "./component-registry.ts";

const file = fileURLToPath(new URL("../../test/components/program.wasm", import.meta.url));

test("preparing a component does not block this thread", async () => {
  const registry = new ComponentRegistry([file], undefined);
  const before = process.threadCpuUsage();
  expect((await registry.get(file)).entry).toBe("command");
  const { user, system } = process.threadCpuUsage(before);
  // It takes more than 400 ms of a thread to transpile and meter this one.
  expect((user + system) / 1000).toBeLessThan(200);
});

test("closing ends preparations in progress", async () => {
  const registry = new ComponentRegistry([file], undefined);
  const prepared = registry.get(file);
  setTimeout(() => registry.close(), 20);
  await expect(prepared).rejects.toMatchObject({ message: "The component cannot be prepared: its thread was ended." });
  await expect(registry.get(file)).rejects.toMatchObject({ code: "ICE_SANDBOX_DENIED" });
});
