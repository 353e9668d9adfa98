import { expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { isRetryable } from "./is-retryable.ts";
import { retryPolicySchema } from "./retry-policy.ts";

const error = (code: string, more: object = {}): IceError =>
  new IceError(code, "failed", { retryable: true, ...more } as never);

test("one of several codes is enough, for and against another attempt", () => {
  const policy = retryPolicySchema.parse({ retryOn: ["E_A", "E_B", "E_C"], noRetryOn: ["E_C", "E_D"] });
  expect(["E_A", "E_B", "E_C", "E_D", "E_E"].map((code) => isRetryable(error(code), policy))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("without lists every retryable error is tried again, and no other, whatever the lists say", () => {
  expect(isRetryable(error("E_A"), retryPolicySchema.parse({}))).toBe(true);
  const final = error("E_A", { retryable: false });
  expect(isRetryable(final, retryPolicySchema.parse({}))).toBe(false);
  expect(isRetryable(final, retryPolicySchema.parse({ retryOn: ["E_A"] }))).toBe(false);
});

test("the code of the cause counts too, whatever the cause is", () => {
  const policy = retryPolicySchema.parse({ retryOn: ["ECONNRESET"] });
  const causes = [{ code: "ECONNRESET" }, { code: "OTHER" }, { code: 7 }, null, undefined, "ECONNRESET", {}];
  expect(causes.map((cause) => isRetryable(error("E_A", { cause }), policy))).toEqual([true, ...Array(6).fill(false)]);
});
