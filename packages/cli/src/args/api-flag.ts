import type { Flags } from "./flags.ts";

/** Of commands that can work at a server. */
export const apiFlag = {
  api: {
    type: "text",
    value: "URL",
    help: "Work at the server of this address (ice serve) instead of a store; its access token is read from ICE_TOKEN",
  },
} as const satisfies Flags;

/** Commands with `--api`. */
export const apiCommands: ReadonlySet<string> = new Set([
  "run",
  "resume",
  "respond",
  "signal",
  "runs",
  "explain",
  "validate",
]);
