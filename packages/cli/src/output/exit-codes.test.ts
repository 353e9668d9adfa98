import { errorCodes, IceError, type RunResult } from "@ice/core";
import { expect, test } from "vitest";
import { exitCodeOfError, exitCodeOfRun } from "./exit-codes.ts";

const result = (status: RunResult["status"], code?: string): RunResult =>
  ({ status, ...(code !== undefined && { error: { code, message: "" } }) }) as RunResult;

test.each([
  [0, "completed", undefined],
  [5, "suspended", undefined],
  [1, "failed", "ICE_NODE_FAILED"],
  [1, "failed", "E_OF_A_TOOL"],
  [1, "failed", "toString"],
  [1, "cancelled", "ICE_RUN_CANCELLED"],
  [6, "failed", "ICE_BUDGET_EXCEEDED"],
  [6, "failed", "ICE_LOOP_LIMIT"],
  [6, "failed", "ICE_DEPTH_LIMIT"],
  [9, "failed", "ICE_RUN_TIMEOUT"],
] as const)("%i: a run that is %s with %s", (expected, status, code) => {
  expect(exitCodeOfRun(result(status, code))).toBe(expected);
});

test.each([
  [2, "ICE_USAGE"],
  [3, "ICE_BLUEPRINT_INVALID"],
  [3, "ICE_BLUEPRINT_LIMIT"],
  [3, "ICE_INPUT_INVALID"],
  [3, "ICE_RUN_EXISTS"],
  [4, "ICE_FILE_NOT_FOUND"],
  [4, "ICE_RUN_NOT_FOUND"],
  [4, "ICE_NODE_TYPE_UNKNOWN"],
  [4, "ICE_TOKEN_NOT_FOUND"],
  [4, "ICE_BLUEPRINT_NOT_FOUND"],
  [2, "ICE_REQUEST_INVALID"],
  [7, "ICE_FILE_DENIED"],
  [7, "ICE_AUTH_REQUIRED"],
  [7, "ICE_SCOPE_MISSING"],
  [8, "ICE_SERVER_UNREACHABLE"],
  [8, "ICE_STORE_UNAVAILABLE"],
  [1, "ICE_PLUGIN_SETUP"],
])("%i: %s before a run exists", (expected, code) => {
  expect(exitCodeOfError(new IceError(code, ""))).toBe(expected);
});

test("10: anything that is not an IceError", () => {
  for (const thrown of [new TypeError("x"), "text", undefined]) expect(exitCodeOfError(thrown)).toBe(10);
});

test("no known code is taken for a bug, and none for success", () => {
  for (const code of Object.keys(errorCodes)) {
    expect([1, 2, 3, 4, 7, 8, 10]).toContain(exitCodeOfError(new IceError(code, "")));
    if (code !== "ICE_INTERNAL") expect(exitCodeOfError(new IceError(code, ""))).not.toBe(10);
  }
});
