import assert from "node:assert/strict";
import type { ConversationStore, ConversationTurn, Json } from "@ice/core";
import { endedRecord, recordingOwner, sampleRun } from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, assertRefused, type RunStoreCase } from "./run-store-case.ts";

const turnOf = (key: string, more: Partial<ConversationTurn> = {}): ConversationTurn => ({
  key,
  at: 1000,
  input: `asked ${key}`,
  output: { answer: key },
  ...more,
});

const keysIn = async (store: ConversationStore, thread: string, limit = 1000): Promise<readonly string[]> =>
  (await store.read(thread, limit)).map(({ key }) => key);

/** Conversations that outlive runs. */
export const conversationCases: readonly RunStoreCase[] = [
  {
    name: "the last turns are read as they were written, the oldest first",
    async check({ store: { conversations } }) {
      const messages = [
        { role: "user", text: "lone \ud800" },
        {
          role: "assistant",
          text: "",
          toolCalls: [{ id: "c1", name: "send", arguments: '{"n":1}' }],
          state: { a: [] },
        },
        { role: "tool", results: [{ callId: "c1", name: "send", result: { n: 1 } }] },
      ];
      const turns = [turnOf("a"), turnOf("b", { input: null, output: [1, "ü"] }), turnOf("c", { messages })];
      for (const turn of turns) assert.equal(await conversations.append("t", turn), true);
      const read = await conversations.read("t", 10);
      assert.deepEqual(read, turns);
      assertDeepFrozen(read[2]);
      assert.deepEqual(await keysIn(conversations, "t", 2), ["b", "c"]);
      for (const limit of [0, -1]) assert.deepEqual(await keysIn(conversations, "t", limit), []);
      assert.deepEqual(await keysIn(conversations, "other"), []);
    },
  },
  {
    name: "the first turn with a key in a thread is kept, of many at once one",
    async check({ store: { conversations } }) {
      const added = await Promise.all([1, 2, 3].map((n) => conversations.append("t", turnOf("a", { output: n }))));
      assert.equal(added.filter(Boolean).length, 1);
      assert.equal(await conversations.append("t", turnOf("b")), true);
      assert.equal(await conversations.append("t", turnOf("a", { output: "later" })), false);
      assert.equal(await conversations.append("u", turnOf("a", { output: "of u" })), true);
      assert.deepEqual(
        (await conversations.read("t", 9)).map(({ output }) => output),
        [added.indexOf(true) + 1, { answer: "b" }],
      );
      assert.deepEqual((await conversations.read("u", 9))[0]?.output, "of u");
    },
  },
  {
    name: "changing a turn after it was written has no effect",
    async check({ store: { conversations } }) {
      const output: Json[] = [1];
      await conversations.append("t", turnOf("a", { output }));
      output.push(2);
      assert.deepEqual((await conversations.read("t", 1))[0]?.output, [1]);
    },
  },
  {
    name: "every tenant has its own threads",
    async check({ store }) {
      const acme = store.forTenant("acme").conversations;
      assert.deepEqual([store.conversations.tenant, acme.tenant], ["default", "acme"]);
      await store.conversations.append("t", turnOf("a", { output: 1 }));
      assert.equal(await acme.append("t", turnOf("a", { output: 2 })), true);
      assert.deepEqual(
        (await store.conversations.read("t", 9)).map(({ output }) => output),
        [1],
      );
      const again = store.conversations.forTenant("acme");
      assert.deepEqual(
        (await again.read("t", 9)).map(({ output }) => output),
        [2],
      );
      assert.equal(await store.forTenant("beta").conversations.delete("t"), false);
      assert.equal(await acme.delete("t"), true);
      assert.deepEqual([await keysIn(acme, "t"), await keysIn(store.conversations, "t")], [[], ["a"]]);
      await assertRefused((async () => acme.forTenant("No"))(), "ICE_USAGE");
    },
  },
  {
    name: "a thread keeps its last 1,000 turns (slow)",
    async check({ store: { conversations } }) {
      for (let n = 0; n < 1003; n += 1) await conversations.append("t", turnOf(`${n}`));
      await conversations.append("other", turnOf("x"));
      const keys = await keysIn(conversations, "t", 5000);
      assert.deepEqual([keys.length, keys[0], keys.at(-1)], [1000, "3", "1002"]);
      assert.deepEqual(await keysIn(conversations, "other"), ["x"]);
    },
  },
  {
    name: "a thread keeps 16 Mi characters: the oldest turns are dropped as a whole",
    timeoutMs: 60_000,
    async check({ store: { conversations } }) {
      const large = "x".repeat(3 * 2 ** 20);
      for (const key of ["a", "b", "c", "d", "e"]) await conversations.append("t", turnOf(key, { input: large }));
      assert.deepEqual(await keysIn(conversations, "t"), ["a", "b", "c", "d", "e"]);
      await conversations.append("t", turnOf("f", { output: large }));
      assert.deepEqual(await keysIn(conversations, "t"), ["b", "c", "d", "e", "f"]);
    },
  },
  {
    name: "a turn of more than 4 Mi characters is refused, and changes nothing",
    async check({ store: { conversations } }) {
      await conversations.append("t", turnOf("a"));
      const most = "x".repeat(4 * 2 ** 20);
      for (const turn of [{ input: most }, { output: [most] }, { messages: [{ role: "user", text: most }] }])
        await assertRefused(conversations.append("t", turnOf("b", turn)), "ICE_CONVERSATION_LIMIT");
      assert.deepEqual(await keysIn(conversations, "t"), ["a"]);
    },
  },
  {
    name: "the name of a thread has 1 to 200 characters",
    async check({ store: { conversations } }) {
      const longest = "ü".repeat(200);
      await conversations.append(longest, turnOf("a"));
      assert.deepEqual(await keysIn(conversations, longest), ["a"]);
      for (const thread of ["", "x".repeat(201), "\ud800", undefined as unknown as string]) {
        await assertRefused(conversations.append(thread, turnOf("a")), "ICE_INPUT_INVALID");
        await assertRefused(conversations.read(thread, 1), "ICE_INPUT_INVALID");
        await assertRefused(conversations.delete(thread), "ICE_INPUT_INVALID");
      }
    },
  },
  {
    name: "conversations are kept when runs are collected",
    async check({ store }) {
      await (await store.create(sampleRun("a"), recordingOwner())).append(endedRecord);
      await store.conversations.append("t", turnOf("a"));
      assert.equal((await store.collect({ endedBefore: 9000 })).runs, 1);
      assert.deepEqual(await keysIn(store.conversations, "t"), ["a"]);
    },
  },
  {
    name: "another instance reads what was written, and its turns count",
    several: true,
    async check(fixture) {
      const other = (await anotherOf(fixture)).conversations;
      await fixture.store.conversations.append("t", turnOf("a"));
      assert.equal(await other.append("t", turnOf("a")), false);
      await other.append("t", turnOf("b"));
      assert.deepEqual(await keysIn(fixture.store.conversations, "t"), ["a", "b"]);
    },
  },
  {
    name: "a closed store closes its conversations",
    async check({ store }) {
      await store.conversations.append("t", turnOf("a"));
      await store.close();
      const { conversations } = store;
      for (const one of [conversations, store.forTenant("acme").conversations]) {
        await assertRefused(one.append("t", turnOf("b")), "ICE_STORE_UNAVAILABLE");
        await assertRefused(one.read("t", 1), "ICE_STORE_UNAVAILABLE");
        await assertRefused(one.delete("t"), "ICE_STORE_UNAVAILABLE");
      }
    },
  },
];
