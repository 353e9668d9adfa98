import type { NewToken, TokenStore } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { describe, expect, test } from "vitest";
import { MemoryTokens } from "../journal/memory-tokens.ts";
import { createAccessTokens } from "./access-tokens.ts";

/** The service over a store that counts what is read. */
function start({ randomBytes }: { readonly randomBytes?: (size: number) => Uint8Array } = {}) {
  const clock = createFakeClock();
  const kept = new MemoryTokens(() => {});
  const read: string[] = [];
  const store: TokenStore = {
    insert: (token) => kept.insert(token),
    list: () => kept.list(),
    delete: (id) => kept.delete(id),
    get: (id) => {
      read.push(id);
      return kept.get(id);
    },
  };
  const tokens = createAccessTokens({ tokens: store, clock, randomBytes });
  return { clock, store, read, tokens, inAnotherProcess: createAccessTokens({ tokens: store, clock }) };
}

const reader: NewToken = { name: "ci", scopes: ["read"] };

describe("a new token", () => {
  test("has an id and a secret, of which only the digest is kept", async () => {
    const { tokens, store, clock } = start();
    const { id, token, ...rest } = await tokens.create(reader);
    expect(token).toMatch(/^ice_[\w-]{12}_[\w-]{43}$/);
    expect(token.slice(4, 16)).toBe(id);
    const info = { name: "ci", tenant: "default", scopes: ["read"], createdAt: clock.now(), expiresAt: null };
    expect(rest).toEqual(info);
    expect(await store.get(id)).toEqual({ id, ...info, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await tokens.list()).toEqual([{ id, ...info }]);
    expect(JSON.stringify(await store.list())).not.toContain(token.slice(17, 27));
  });

  test("has its scopes once, in one order, its tenant and its end", async () => {
    const { tokens, clock } = start();
    const scopes = ["act-as", "run", "read", "run"] as const;
    const created = await tokens.create({ name: "kim", scopes, tenant: "acme", expiresInSeconds: 1.5 });
    const principal = {
      name: "kim",
      tenant: "acme",
      scopes: ["read", "run", "act-as"],
      expiresAt: clock.now() + 1500,
    };
    expect(created).toMatchObject(principal);
    expect(await tokens.verify(created.token)).toEqual(principal);
  });

  test("is another one each time, and its id never looks like an option", async () => {
    const { tokens } = start();
    const created = await Promise.all(Array.from({ length: 300 }, () => tokens.create(reader)));
    expect(new Set(created.map(({ id }) => id)).size).toBe(300);
    expect(new Set(created.map(({ token }) => token.slice(17))).size).toBe(300);
    const dashes = start({ randomBytes: (size) => new Uint8Array(size).fill(0xfb) }); // all `-`, but for the bits that follow
    const { id, token } = await dashes.tokens.create(reader);
    expect(id).toMatch(/^A[\w-]{11}$/);
    expect(await dashes.tokens.verify(token)).toMatchObject({ name: "ci" });
  });

  test.each<[string, Partial<NewToken>]>([
    ["no name", { name: "" }],
    ["a name of more than 200 characters", { name: "x".repeat(201) }],
    ["a name that is no text", { name: 1 as never }],
    ["half a character in its name", { name: "\ud800" }],
    ["no scopes", { scopes: [] }],
    ["an unknown scope", { scopes: ["read", "raed" as never] }],
    ["an inherited name as a scope", { scopes: ["toString" as never] }],
    ["a tenant that is none", { tenant: "Acme" }],
    ["no time", { expiresInSeconds: 0 }],
    ["a time that is no number", { expiresInSeconds: Number.NaN }],
    ["more than ten years", { expiresInSeconds: 11 * 365 * 86_400 }],
  ])("is not created with %s", async (_what, more) => {
    const { tokens } = start();
    await expect(tokens.create({ ...reader, ...more })).rejects.toMatchObject({
      code: "ICE_USAGE",
      fix: expect.any(String),
    });
    expect(await tokens.list()).toEqual([]);
  });

  test("may be valid for ten years", async () => {
    const { tokens } = start();
    const { token } = await tokens.create({ ...reader, name: "ü".repeat(200), expiresInSeconds: 3650 * 86_400 });
    expect(await tokens.verify(token)).toMatchObject({ scopes: ["read"] });
  });
});

describe("a token is not valid", () => {
  test("if it is forged, truncated, or has the secret of another id", async () => {
    const { tokens } = start();
    const [a, b] = [await tokens.create(reader), await tokens.create({ ...reader, name: "other" })];
    const [secret, other] = [a.token.slice(17), b.token.slice(17)];
    // Of the last character two bits are spare.
    const last = String.fromCodePoint(secret.codePointAt(42)! + 1);
    const wrong: readonly unknown[] = [
      `ice_${a.id}_${other}`,
      `ice_${b.id}_${secret}`,
      `ice_${a.id}_${"A".repeat(43)}`,
      // The same bytes, written in another way.
      a.token.slice(0, -1) + last,
      `ice_${"A".repeat(12)}_${secret}`,
      ...Array.from(a.token, (_, length) => a.token.slice(0, length)),
      a.token.slice(1),
      `${a.token}A`,
      `${a.token}=`,
      `${a.token}\n`,
      ` ${a.token}`,
      a.token.toUpperCase(),
      a.token.replace("ice_", "icf_"),
      `ice_${a.id}${secret}_`,
      "ice__",
      "",
      `ice_${a.id}_${"ü".repeat(43)}`,
      "x".repeat(1_000_000),
      undefined,
      null,
      42,
      [a.token],
    ];
    for (const token of wrong) expect(await tokens.verify(token as string)).toBeUndefined();
    // Also while the right one is in memory.
    expect(await tokens.verify(a.token)).toMatchObject({ name: "ci" });
    for (const token of wrong) expect(await tokens.verify(token as string)).toBeUndefined();
    expect(await tokens.verify(b.token)).toMatchObject({ name: "other" });
  });

  test("from the millisecond at which it expires, also while it is in memory; lists keep it", async () => {
    const { tokens, clock } = start();
    const { token, id } = await tokens.create({ ...reader, expiresInSeconds: 2 });
    await clock.advance(1500);
    expect(await tokens.verify(token)).toBeDefined();
    await clock.advance(499);
    expect(await tokens.verify(token)).toBeDefined();
    await clock.advance(1);
    expect(await tokens.verify(token)).toBeUndefined();
    await clock.advance(5000);
    expect(await tokens.verify(token)).toBeUndefined();
    expect((await tokens.list()).map((info) => info.id)).toEqual([id]);
  });

  test("after it was revoked: at once in this process, within a second in others", async () => {
    const { tokens, inAnotherProcess, clock } = start();
    const [a, b] = [await tokens.create(reader), await tokens.create(reader)];
    for (const { token } of [a, b]) {
      expect(await tokens.verify(token)).toBeDefined();
      expect(await inAnotherProcess.verify(token)).toBeDefined();
    }
    await tokens.revoke(a.id);
    expect(await tokens.verify(a.token)).toBeUndefined();
    await clock.advance(999);
    expect(await inAnotherProcess.verify(a.token)).toBeDefined();
    await clock.advance(1);
    expect(await inAnotherProcess.verify(a.token)).toBeUndefined();
    expect(await inAnotherProcess.verify(b.token)).toBeDefined();
    expect((await tokens.list()).map(({ id }) => id)).toEqual([b.id]);
  });

  test("after it was revoked, though the clock was set back", async () => {
    const { tokens, inAnotherProcess, clock } = start();
    const { id, token } = await tokens.create(reader);
    expect(await inAnotherProcess.verify(token)).toBeDefined();
    await tokens.revoke(id);
    clock.jump(-3_600_000);
    expect(await inAnotherProcess.verify(token)).toBeUndefined();
    clock.jump(3_600_000);
    expect(await inAnotherProcess.verify(token)).toBeUndefined();
  });

  test("a second after it was revoked, however long reading it took", async () => {
    const { tokens, store, clock } = start();
    const { id, token } = await tokens.create(reader);
    const slow: TokenStore = {
      ...store,
      async get(wanted) {
        const found = await store.get(wanted);
        await new Promise<void>((resolve) => clock.setTimer(900, resolve));
        return found;
      },
    };
    const inAnotherProcess = createAccessTokens({ tokens: slow, clock });
    const verifying = inAnotherProcess.verify(token);
    await tokens.revoke(id);
    expect(await clock.runUntil(verifying)).toBeDefined();
    await clock.advance(99);
    expect(await inAnotherProcess.verify(token)).toBeDefined();
    await clock.advance(1);
    expect(await clock.runUntil(inAnotherProcess.verify(token))).toBeUndefined();
  });
});

describe("revoking", () => {
  test("an id that no token has, or no longer, is an error that repeats no secret", async () => {
    const { tokens } = start();
    const { id, token } = await tokens.create(reader);
    await expect(tokens.revoke(token)).rejects.toMatchObject({
      code: "ICE_TOKEN_NOT_FOUND",
      message: "No access token has this id.",
    });
    await tokens.revoke(id);
    await expect(tokens.revoke(id)).rejects.toMatchObject({
      code: "ICE_TOKEN_NOT_FOUND",
      message: `No access token has the id "${id}".`,
      fix: "see the tokens with AccessTokens.list()",
    });
  });
});

describe("what is kept in memory", () => {
  test("is a token that was verified, for a second", async () => {
    const { tokens, read, clock } = start();
    const { id, token } = await tokens.create(reader);
    for (let times = 0; times < 3; times += 1) await tokens.verify(token);
    await clock.advance(999);
    await tokens.verify(token);
    expect(read).toEqual([id]);
    await clock.advance(1);
    await tokens.verify(token);
    expect(read).toEqual([id, id]);
  });

  test("are the last 1,000 tokens, and wrong ones displace none", async () => {
    const { tokens, read } = start();
    const created: { readonly id: string; readonly token: string }[] = [];
    for (let n = 0; n < 1001; n += 1) created.push(await tokens.create(reader));
    const [first, second] = created;
    for (const { token } of created) expect(await tokens.verify(token)).toBeDefined();
    for (const { id } of created) await tokens.verify(`ice_${id}_${"A".repeat(43)}`);
    for (let n = 0; n < 1500; n += 1) await tokens.verify(`ice_${`${n}`.padStart(12, "x")}_${"A".repeat(43)}`);
    read.length = 0;
    await tokens.verify(second!.token);
    await tokens.verify(created.at(-1)!.token);
    expect(read).toEqual([]);
    await tokens.verify(first!.token);
    expect(read).toEqual([first!.id]);
  });
});

test("a store that fails is an error, not a wrong token", async () => {
  const { store, tokens, clock } = start();
  const { token } = await tokens.create(reader);
  const failing: TokenStore = {
    ...store,
    get: () => Promise.reject(new Error("disk")),
  };
  await expect(createAccessTokens({ tokens: failing, clock }).verify(token)).rejects.toThrow("disk");
});
