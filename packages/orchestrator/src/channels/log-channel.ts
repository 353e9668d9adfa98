import type { AlertChannel } from "@ice/core";
import { logText } from "@ice/core/internal";

/** Writes one line per alert to standard error. */
export const logChannel: AlertChannel = {
  name: "log",
  send({ workflow, runId, path, action, expression }) {
    const what = `monitor ${logText(path)} of ${workflow} (${runId})`;
    console.warn(`ice: ${what} was triggered by \`${logText(expression)}\`: ${action}`);
  },
};
