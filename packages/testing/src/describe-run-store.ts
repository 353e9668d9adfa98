import { blueprintCases } from "./run-store/blueprint-cases.ts";
import { blueprintListCases } from "./run-store/blueprint-list-cases.ts";
import { cacheCases } from "./run-store/cache-cases.ts";
import { cancelCases } from "./run-store/cancel-cases.ts";
import { conversationCases } from "./run-store/conversation-cases.ts";
import { dueCases } from "./run-store/due-cases.ts";
import { hostingCases } from "./run-store/hosting-cases.ts";
import { keepingCases } from "./run-store/keeping-cases.ts";
import { namedSignalCases } from "./run-store/named-signal-cases.ts";
import { ownershipCases } from "./run-store/ownership-cases.ts";
import { pageCases } from "./run-store/page-cases.ts";
import { positionCases } from "./run-store/position-cases.ts";
import { recordCases } from "./run-store/record-cases.ts";
import { requestCases } from "./run-store/request-cases.ts";
import type { RunStoreFixture } from "./run-store/run-store-case.ts";
import { scheduleCases } from "./run-store/schedule-cases.ts";
import { signalCases } from "./run-store/signal-cases.ts";
import { tenantCases } from "./run-store/tenant-cases.ts";
import { tokenCases } from "./run-store/token-cases.ts";

/** The part of a test runner that is needed, as vitest and others have it. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => Promise<void>, timeoutMs?: number) => void;
}

/** Options of `describeRunStore`. */
export interface DescribeRunStoreOptions extends TestRunner {
  /** Whether several instances can share their data, so that fixtures have `another`. Default false. */
  readonly several?: boolean | undefined;
  /** Skips the tests marked `(slow)`, for runs after every change. Default false. */
  readonly quick?: boolean | undefined;
}

/**
 * Declares the conformance tests of `RunStore`. Long tests are marked `(slow)`.
 *
 * @param open - returns a store with its own, empty data; called for each test.
 */
export function describeRunStore(
  name: string,
  open: () => Promise<RunStoreFixture>,
  { describe, test, several = false, quick = false }: DescribeRunStoreOptions,
): void {
  const rooms = {
    records: recordCases,
    ownership: ownershipCases,
    signals: signalCases,
    "signals with a name": namedSignalCases,
    "requests to cancel": cancelCases,
    keeping: keepingCases,
    "due runs": dueCases,
    positions: positionCases,
    pages: pageCases,
    "open requests": requestCases,
    hosting: hostingCases,
    schedules: scheduleCases,
    cache: cacheCases,
    tenants: tenantCases,
    conversations: conversationCases,
    blueprints: blueprintCases,
    "lists of blueprints": blueprintListCases,
    tokens: tokenCases,
  };
  describe(`${name} is a run store`, () => {
    for (const [room, cases] of Object.entries(rooms))
      describe(room, () => {
        for (const { name: sentence, several: needsSeveral, timeoutMs, check } of cases)
          if ((several || needsSeveral !== true) && !(quick && sentence.endsWith("(slow)")))
            test(sentence, () => withFixture(open, check), timeoutMs);
      });
  });
}

async function withFixture(
  open: () => Promise<RunStoreFixture>,
  check: (fixture: RunStoreFixture) => Promise<void>,
): Promise<void> {
  const fixture = await open();
  try {
    await check(fixture);
  } finally {
    await fixture.close();
  }
}
