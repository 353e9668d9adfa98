import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pythonInterpreter } from "./index.ts";

test("the interpreter is the file that was looked at, a module for WASI preview 1", () => {
  const { version, file, sha256 } = pythonInterpreter();
  const bytes = readFileSync(file);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  expect([...bytes.subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  expect(version).toBe("3.12.0");
});
