import { expect, onTestFinished, test } from "vitest";
import type { Json, SandboxRequest } from "@ice/core";
import { createCodeSandbox } from "../index.ts";

// Through the sandbox: what one execution may have under way at the host.
function sandboxWith(callTool: (name: string) => Promise<Json>) {
  const sandbox = createCodeSandbox({ workers: 1, callTool });
  onTestFinished(() => sandbox.close());
  return (source: string, more: Partial<SandboxRequest> = {}) =>
    sandbox.run({ language: "javascript", source, grants: { tools: ["slow", "large"] }, ...more });
}

test("eight calls are handled at once, the others wait in order, and all are answered", async () => {
  const running = new Set<number>();
  let most = 0;
  let calls = 0;
  const run = sandboxWith(async () => {
    calls += 1;
    const own = calls;
    running.add(own);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running.delete(own);
    return own;
  });
  const all = "return await Promise.all(Array.from({ length: 100 }, () => tools.call('slow')));";
  expect(await run(all)).toMatchObject({ ok: true, output: Array.from({ length: 100 }, (_, index) => index + 1) });
  expect(most).toBe(8);
});

test("answers that the code does not read delay its next calls: the host keeps a bounded number of them", async () => {
  const megabyte = "x".repeat(1_000_000);
  let answered = 0;
  const run = sandboxWith(() => {
    answered += 1;
    return Promise.resolve(megabyte);
  });
  // It asks for a hundred megabytes, takes one, and computes for a while.
  const source = `
    const answers = Array.from({ length: 100 }, () => tools.call("large"));
    await answers[0];
    for (let n = 0; n < 3e6; n += 1);
    return 1;`;
  expect(await run(source)).toMatchObject({ ok: true, output: 1 });
  expect(answered).toBe(8);
});

test("a refused call ends the execution, and the calls behind it are not made", async () => {
  const made: string[] = [];
  const run = sandboxWith((name) => {
    made.push(name);
    return new Promise((resolve) => setTimeout(() => resolve(null), 20));
  });
  const source = `
    const calls = Array.from({ length: 8 }, () => tools.call("slow"));
    calls.push(tools.call("other"), ...Array.from({ length: 20 }, () => tools.call("large")));
    await Promise.all(calls);`;
  expect(await run(source)).toMatchObject({
    ok: false,
    error: { kind: "denied", message: expect.stringContaining("other") },
  });
  expect(made.filter((name) => name === "large").length).toBeLessThan(8);
});

test("the bytes of unanswered calls are bounded", async () => {
  let calls = 0;
  const run = sandboxWith(() => {
    calls += 1;
    return new Promise(() => {});
  });
  const source = "for (let n = 0; n < 100; n += 1) void tools.call('slow', { text: 'x'.repeat(900) }); await 0;";
  expect(await run(source, { limits: { outputBytes: 1000 } })).toMatchObject({
    ok: false,
    error: {
      kind: "output",
      message: "Host calls that wait for answers have more than 16000 bytes together (16 times limits.outputBytes).",
      fix: "await some calls before making others, or pass less data",
    },
  });
  expect(calls).toBeLessThanOrEqual(8);
});
