import type { AlertChannel } from "@ice/core";

/** Writes one line per alert to standard error. */
export const logChannel: AlertChannel = {
  name: "log",
  send({ workflow, runId, path, action, expression }) {
    console.warn(`ice: monitor ${path} of ${workflow} (${runId}) was triggered by \`${expression}\`: ${action}`);
  },
};
