import { expect, test } from "vitest";
import { Sessions } from "./sessions.ts";

test("a secret is exchanged once, within ten minutes", () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const [first, late] = [sessions.createSecret(), sessions.createSecret()];
  expect(first).toMatch(/^[\w-]{43}$/);
  const { token, expiresAt } = sessions.exchange(first);
  expect(expiresAt).toBe(12 * 3_600_000);
  expect(sessions.verify(token)).toMatchObject({ tenant: "default", name: "owner" });
  expect(() => sessions.exchange(first)).toThrow(expect.objectContaining({ code: "ICE_AUTH_INVALID" }));
  now = 10 * 60_000;
  expect(() => sessions.exchange(late)).toThrow(expect.objectContaining({ code: "ICE_AUTH_INVALID" }));
});

test("a session ends after twelve hours", () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const { token, expiresAt } = sessions.exchange(sessions.createSecret());
  now = expiresAt - 1;
  expect(sessions.verify(token)).toBeDefined();
  now = expiresAt;
  expect(sessions.verify(token)).toBeUndefined();
  expect(sessions.verify(`${token}x`)).toBeUndefined();
});

test("the oldest secrets are dropped when there are too many", () => {
  const sessions = new Sessions(() => 0);
  const oldest = sessions.createSecret();
  for (let count = 0; count < 1000; count += 1) sessions.createSecret();
  expect(() => sessions.exchange(oldest)).toThrow();
});
