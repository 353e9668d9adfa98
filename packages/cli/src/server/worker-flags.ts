import type { Flags } from "../args/flags.ts";

export const workerFlags = {
  provides: {
    type: "text",
    value: "NAMES",
    help: "What nodes can require of it, separated by commas: gpu,browser (default nothing)",
  },
  slots: {
    type: "number",
    whole: true,
    zero: true,
    value: "N",
    help: "Runs at a time (default 10, with --provides 0)",
  },
  jobs: { type: "number", whole: true, value: "N", default: 10, help: "Nodes of other runs at a time" },
  lease: {
    type: "number",
    value: "SECONDS",
    default: 10,
    help: "How long it is taken for alive without a sign of life",
  },
  drain: {
    type: "number",
    zero: true,
    value: "SECONDS",
    default: 30,
    help: "How long nodes may take to end when it is stopped",
  },
} as const satisfies Flags;
