import { LazyRunStore } from "@ice/core/internal";
import { createFakeClock, describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { MemoryRunStore } from "../../src/journal/memory-run-store.ts";

describeRunStore(
  "LazyRunStore",
  async () => {
    const store = new LazyRunStore({ url: "memory:", durable: false }, async () => new MemoryRunStore());
    const clock = createFakeClock();
    return { store, pass: (ms) => clock.advance(ms), close: () => store.close() };
  },
  { describe, test },
);
