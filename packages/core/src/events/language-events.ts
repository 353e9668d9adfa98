import type { RunEventDefinition } from "./event-definition.ts";
import { field } from "./event-field.ts";

/** Names and ids of signals. */
const signal = { name: field.string("Name of the signal."), id: field.string("Its id.") };
const moment = (what: string) => field.nullable(field.number(`${what}, in epoch milliseconds.`));

/** Events of nodes that wait, of scopes, and of detached runs. */
export const languageEvents = {
  "wait.started": {
    description: "A node begins to wait for a time or for signals.",
    about: "node",
    data: {
      signals: field.list(field.string(), "Names of the signals, of which one is enough; empty: it waits for a time."),
      resumeAt: moment("When it goes on without a signal"),
      expiresAt: moment("When it fails without a signal"),
    },
  },
  "signal.received": { description: "A signal has reached the run.", about: "run", data: signal },
  "signal.taken": { description: "A node has taken a signal.", about: "node", data: signal },
  "scope.caught": {
    description: "`catch` of a scope begins.",
    about: "node",
    data: { code: field.string("Code of the error that it catches.") },
  },
  "scope.compensated": {
    description: "A scope has compensated for a completed node.",
    about: "node",
    data: { of: field.string("Id of the node.") },
  },
  "scope.cleanupFailed": {
    description: "Something failed while a scope compensated or cleaned up.",
    about: "node",
    data: {
      failed: field.list(
        field.record(
          {
            path: field.string("Path of the node."),
            code: field.string("Code of its error."),
            message: field.string("What happened."),
          },
          "A failure.",
        ),
        "What has failed.",
      ),
    },
  },
  "run.detached": {
    description: "A node has started a run of its own.",
    about: "node",
    data: { runId: field.string("Id of that run.") },
  },
} as const satisfies Readonly<Record<string, RunEventDefinition>>;
