import { expect, test } from "vitest";
import { waitText } from "./waits-strip.tsx";

const now = new Date(2026, 10, 30, 12).getTime();
const wait = { path: "paid", kind: "signal" as const };

test.each([
  [{ ...wait, kind: "timer" as const, resumeAt: now + 300_000 }, "waits until 12:05:00 today (in 5 min)"],
  [{ ...wait, signals: ["paid", "voucher"], resumeAt: null }, "waits for the signal paid or voucher"],
  [
    { ...wait, signals: ["paid"], resumeAt: now + 60_000, expiresAt: now + 120_000 },
    "waits for the signal paid, or until 12:01:00 today (in 1 min); fails at 12:02:00 today (in 2 min)",
  ],
])("a wait says what ends it: %o", (one, text) => expect(waitText(one, now)).toBe(text));
