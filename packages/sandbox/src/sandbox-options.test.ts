import { expect, test } from "vitest";
import { createCodeSandbox, type CodeSandboxOptions } from "./create-code-sandbox.ts";
import { defaultLimits, effectiveLimits } from "./pool/limits.ts";

test.each<[path: string, options: object]>([
  ["limits.fuel", { limits: { fuel: Number.NaN } }],
  ["limits.fuel", { limits: { fuel: Infinity } }],
  ["limits.memoryMiB", { limits: { memoryMiB: 1e308 } }],
  ["limits.wallMs", { limits: { wallMs: 3e9 } }],
  ["limits.outputBytes", { limits: { outputBytes: -1 } }],
  ["limits.hostCalls", { limits: { hostCalls: "100" } }],
  ["limits", { limits: { feul: 5 } }],
  ["limits", { limits: null }],
  ["workers", { workers: 0 }],
  ["workers", { workers: Number.NaN }],
  ["lanes", { lanes: 1e9 }],
  ["queue", { queue: 0 }],
  ["http.idleMs", { http: { idleMs: Number.NaN } }],
  ["components", { components: "a.wasm" }],
  ["cache", { cache: "" }],
  ["cache", { cache: true }],
  ["allow.http", { allow: { http: "example.com" } }],
])("an invalid option %s is refused", (path, options) => {
  expect(() => createCodeSandbox(options as CodeSandboxOptions)).toThrowError(
    expect.objectContaining({
      code: "ICE_USAGE",
      message: expect.stringContaining(`\`sandbox.${path}\` is not valid`),
    }),
  );
});

test("an option that is unknown is refused", () => {
  expect(() => createCodeSandbox({ worker: 1 } as CodeSandboxOptions)).toThrowError(/worker/);
});

test("an execution without a limit of its own gets the owner's", () => {
  expect(effectiveLimits(defaultLimits, { fuel: Number.NaN, wallMs: 5, hostCalls: undefined })).toEqual({
    ...defaultLimits,
    wallMs: 5,
  });
});
