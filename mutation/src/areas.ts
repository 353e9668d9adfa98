/** A part of the engine, and the tests that have to notice when one of its lines is wrong. */
export interface Area {
  readonly name: string;
  /** Globs of the sources that are changed, from the root of the repository. */
  readonly sources: readonly string[];
  /** Globs of the tests that run: those that are about the area, so that a survivor costs seconds and not minutes. */
  readonly tests: readonly string[];
}

const core = "packages/core/src";
const engine = "packages/orchestrator/src/engine";
const run = "packages/orchestrator/src/run";
const history = "packages/orchestrator/src/history";
const scheduling = "packages/orchestrator/src/scheduling";
const journal = "packages/orchestrator/src/journal";
const test = "packages/orchestrator/test";

const files = (folder: string, names: readonly string[]): string[] => names.map((name) => `${folder}/${name}`);

/** Without what starts processes of its own (Stryker does not see what they run) and what tries every byte. */
const journalTests = [
  `${engine}/run-inbox.test.ts`,
  `${journal}/**/*.test.ts`,
  ...files(`${test}/journal`, [
    "{lazy,memory}-contract.test.ts",
    "sqlite-{contract,damage,failures,hole,ownership,turns}.test.ts",
  ]),
];

export const areas: readonly Area[] = [
  {
    name: "scheduler",
    sources: [
      ...files(run, ["scope-run.ts", "drain.ts"]),
      ...files(scheduling, [
        "sibling-states.ts",
        "ready-nodes.ts",
        "ready-queue.ts",
        "agenda.ts",
        "limiter.ts",
        "pace.ts",
        "stop.ts",
      ]),
    ],
    tests: [
      `${run}/*.test.ts`,
      `${history}/*.test.ts`,
      `${scheduling}/*.test.ts`,
      ...files(test, [
        "scheduling.test.ts",
        "resilience.test.ts",
        "containers.test.ts",
        "resume.test.ts",
        "durable.test.ts",
        "durable-outcomes.test.ts",
        "executors.test.ts",
        "leaving.test.ts",
        "monitors.test.ts",
      ]),
    ],
  },
  {
    name: "history",
    sources: [`${history}/history.ts`, `${run}/restore-scope.ts`],
    tests: [
      `${run}/*.test.ts`,
      `${history}/*.test.ts`,
      `${scheduling}/*.test.ts`,
      ...files(test, ["resume.test.ts", "durable.test.ts", "containers.test.ts", "approvals.test.ts"]),
      `${test}/regression/scenarios.test.ts`,
    ],
  },
  {
    name: "joins",
    sources: [`${scheduling}/join.ts`],
    tests: [`${scheduling}/join.test.ts`, `${test}/scheduling.test.ts`],
  },
  {
    name: "guard",
    sources: [
      ...files(`${core}/expression`, ["meter.ts", "evaluation.ts", "json-result.ts", "syntax.ts"]),
      ...files(`${core}/expression/program`, ["comprehension.ts", "selection.ts"]),
    ],
    // Without the long lists of attacks and of CEL semantics, which run for seconds and are about other parts.
    tests: files(`${core}/expression`, [
      "{meter,evaluation,json-result,syntax,compile-expression,template}.test.ts",
      "program/*.test.ts",
    ]),
  },
  {
    name: "retry",
    sources: [`${core}/retry/*.ts`, `${run}/interceptors/retry.ts`],
    tests: [
      `${core}/retry/*.test.ts`,
      ...files(test, ["resilience.test.ts", "resume.test.ts", "durable.test.ts", "retries.test.ts"]),
    ],
  },
  {
    name: "journal",
    sources: [
      `${engine}/run-inbox.ts`,
      `${journal}/memory-run-store.ts`,
      ...files(`${journal}/sqlite`, [
        "sqlite-run-journal.ts",
        "record-rows.ts",
        "group-commit.ts",
        "ownership.ts",
        "signal-rows.ts",
      ]),
    ],
    tests: journalTests,
  },
  {
    name: "store",
    sources: [
      `${journal}/{lazy,open}-run-store.ts`,
      `${journal}/sqlite/!(sqlite-run-journal|record-rows|group-commit|ownership|signal-rows|*.test).ts`,
    ],
    tests: [...journalTests, `${test}/journal/sqlite-damaged-bytes.test.ts`],
  },
  {
    name: "approvals",
    sources: [
      `${run}/pending-signals.ts`,
      "packages/orchestrator/src/nodes/human/*.ts",
      "packages/orchestrator/src/services/human-tasks.ts",
    ],
    tests: files(test, [
      "approvals.test.ts",
      "human-answers.test.ts",
      "human-tasks.test.ts",
      "resume.test.ts",
      "durable.test.ts",
      "networks.test.ts",
    ]),
  },
];
