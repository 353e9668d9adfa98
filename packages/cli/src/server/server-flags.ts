import type { Flags } from "../args/flags.ts";

/** Options of every command that is a server. */
export const serverFlags = {
  port: { type: "number", value: "PORT", whole: true, zero: true, default: 4747, help: "Port; 0 for any that is free" },
  host: { type: "text", value: "HOST", help: "Address to listen on (default 127.0.0.1)" },
  allowHost: {
    type: "text",
    value: "NAME",
    multiple: true,
    help: "Name of a host under which the server is reached, without port",
  },
  allowOrigin: { type: "text", value: "URL", multiple: true, help: "Origin of pages that may use the API" },
  drain: {
    type: "number",
    value: "SECONDS",
    zero: true,
    default: 10,
    help: "How long runs may take to end when the server stops; the next server continues the others",
  },
  noRecover: { type: "boolean", help: "Leave runs that were interrupted before the start" },
} as const satisfies Flags;
