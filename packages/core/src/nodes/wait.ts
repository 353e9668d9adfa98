import { z } from "zod";
import { isSignalName, maxSignalNames } from "../journal/signal-name.ts";
import { jsonSchemaSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";
import { isTemplate } from "./is-template.ts";
import { momentOf } from "./moment.ts";

/** Longest time to wait, in seconds: ten years. */
export const maxWaitSeconds = 315_360_000;

/** Epoch seconds of a moment from 2001 to 2286, which as milliseconds lies in the first months of 1970. */
const isInSeconds = (at: number): boolean => at >= 1_000_000_000 && at < 10_000_000_000;

const momentFix = "write a moment as `2030-01-31T09:00:00+01:00`; `Z` in place of the offset is UTC";

const secondsFix = (text: string): string =>
  text.trim() !== "" && Number.isFinite(Number(text))
    ? `remove the quotes: \`seconds: ${text.trim()}\``
    : "write the number of seconds: two days are `seconds: 172800`";

export const waitNode = defineNode({
  type: "wait",
  description:
    "Waits for a time, for a signal, or for whichever comes first; for years if necessary. A waiting run can be suspended and costs nothing.",
  config: z.object({
    seconds: z
      .union([z.number().min(0).max(maxWaitSeconds), z.string()])
      .optional()
      .describe("How long to wait, 0 to 315,360,000 (ten years); a number or a template."),
    at: z
      .union([z.number(), z.string()])
      .optional()
      .describe(
        "Until when to wait: epoch milliseconds, or RFC 3339 with an offset, as in 2030-01-31T09:00:00+01:00; or a template. A time that has passed ends the wait at once.",
      ),
    signal: z
      .union([z.string(), z.array(z.string()).min(1).max(maxSignalNames)])
      .optional()
      .describe(
        "Name of the signal to wait for, or up to 16 names: letters, digits and `._:-`, at most 128 characters; templates allowed.",
      ),
    payloadSchema: jsonSchemaSchema
      .optional()
      .describe("JSON Schema of the payload. Signals whose payload does not match are not taken."),
    buffer: z
      .boolean()
      .default(true)
      .describe("Whether a signal that was recorded before the wait began can be taken. Default true."),
    timeoutSeconds: z
      .number()
      .positive()
      .max(31_536_000)
      .optional()
      .describe(
        "Deadline for the signal, in seconds, after which the node fails with ICE_NODE_TIMEOUT. Not together with a time.",
      ),
  }),
  declares: z.object({
    signal: z.string().nullable().describe("Name of the signal that was taken; null when the time passed."),
    payload: z.unknown().describe("Its payload; null when the time passed."),
    id: z.string().nullable().describe("Its id; null when the time passed."),
    by: z.string().nullable().describe("Who sent it; null when unknown, or when the time passed."),
    at: z.number().describe("When it was recorded, or the time that passed, in epoch milliseconds."),
  }),
  sideEffects: "none",
  holdsSlot: false,
  suspends: true,
  retries: false,
  caches: false,
  fields: {
    seconds: { syntax: "template" },
    at: { syntax: "template" },
    signal: { syntax: "template" },
    payloadSchema: { syntax: "schema" },
  },
  refine: ({ seconds, at, signal, payloadSchema, buffer, timeoutSeconds }) => {
    if (seconds !== undefined && at !== undefined)
      return [{ field: "at", message: "`seconds` and `at` cannot be used together" }];
    if (seconds === undefined && at === undefined && signal === undefined)
      return [{ field: "", message: "a wait needs a time (`seconds` or `at`), a `signal`, or both" }];
    if (typeof seconds === "string" && !isTemplate(seconds))
      return [{ field: "seconds", message: "`seconds` must be a number or a template", fix: secondsFix(seconds) }];
    if (at !== undefined && !isTemplate(at) && momentOf(at) === undefined)
      return [{ field: "at", message: "`at` must be epoch milliseconds, or RFC 3339 with an offset", fix: momentFix }];
    if (typeof at === "number" && isInSeconds(at))
      return [
        {
          field: "at",
          message: `\`at\` must be epoch milliseconds, but ${at} is a moment in ${new Date(at).getUTCFullYear()}`,
          fix: `multiply epoch seconds by 1000: \`at: ${at * 1000}\``,
        },
      ];
    const wrong = [signal ?? []].flat().find((name) => !isTemplate(name) && !isSignalName(name));
    if (wrong !== undefined)
      return [
        {
          field: "signal",
          message: `\`${String(wrong).slice(0, 40)}\` is not the name of a signal`,
          fix: "use letters, digits and `._:-`, at most 128",
        },
      ];
    if (signal !== undefined)
      return timeoutSeconds !== undefined && (seconds ?? at) !== undefined
        ? [{ field: "timeoutSeconds", message: "`timeoutSeconds` cannot be used together with a time" }]
        : [];
    const without = { payloadSchema, buffer: buffer ? undefined : buffer, timeoutSeconds };
    return Object.entries(without)
      .filter(([, value]) => value !== undefined)
      .map(([field]) => ({ field, message: `\`${field}\` requires \`signal\`` }));
  },
});
