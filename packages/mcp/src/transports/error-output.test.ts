import { createSecretService } from "@ice/host";
import { expect, test } from "vitest";
import { ErrorOutput } from "./error-output.ts";

const canary = "canary-value-0123456789";

function outputOf(parts: readonly string[]): string {
  const secrets = createSecretService({ env: { CANARY: canary } });
  secrets.resolve("CANARY");
  const output = new ErrorOutput(secrets);
  for (const part of parts) output.add(part);
  output.end();
  return output.text;
}

test("a secret that comes in parts is replaced", () => {
  expect(outputOf([`no access with ${canary.slice(0, 9)}`, canary.slice(9), " today"])).toBe(
    "no access with [secret:CANARY] today",
  );
});

test("a secret is replaced before the text is cut, so that no end of it is left", () => {
  for (let after = 2048 - canary.length; after < 2048; after += 1) {
    const text = outputOf([`${canary}${"x".repeat(after)}`]);
    expect(text.length).toBeLessThanOrEqual(2048);
    expect(text).not.toContain("9x");
  }
});

test("the end is kept, with what looked like the beginning of a secret", () => {
  expect(outputOf(["a".repeat(5000), "the reason: can"])).toMatch(/^a{2033}the reason: can$/);
});
