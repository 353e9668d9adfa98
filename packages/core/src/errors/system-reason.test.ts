import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { systemReason } from "./system-reason.ts";

test("the reason of a failed operation has no path", async () => {
  const error = await mkdir("/dev/null/x").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining("/dev/null/x") as string });
  expect(systemReason(error)).toBe("ENOTDIR: not a directory");
});

test("whatever was thrown has a reason", () => {
  expect(systemReason("too many open files")).toBe("too many open files");
});
