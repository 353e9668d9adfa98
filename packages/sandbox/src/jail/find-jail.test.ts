import { expect, test } from "vitest";
import { findJail } from "./find-jail.ts";

test.each([
  ["darwin", "arm64", "Linux", "this is darwin"],
  ["win32", "x64", "Linux", "this is win32"],
  ["linux", "riscv64", "x64 or arm64", "does not support the processor riscv64"],
])("without a jail on %s with %s, calls are refused with a fix", async (platform, processor, fix, message) => {
  await expect(findJail(platform, processor)).rejects.toMatchObject({
    code: "ICE_SANDBOX_DENIED",
    message: expect.stringContaining(message),
    fix: expect.stringContaining(fix),
  });
});
