import { expect, test } from "vitest";
import { isCodeEnabled } from "./code-gate.ts";

test.each([undefined, "1", "true"])("code is on for %j", (value) => {
  expect(isCodeEnabled({ ICE_ENABLE_WASM: value })).toBe(true);
});

test.each(["0", " 0", "", " ", "false", "off", "no", "FALSE", "TRUE", "True", " 1", "1 ", "yes", "on", "2", "00"])(
  "code is off for %j",
  (value) => {
    expect(isCodeEnabled({ ICE_ENABLE_WASM: value })).toBe(false);
  },
);
