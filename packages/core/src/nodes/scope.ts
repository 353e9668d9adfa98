import { z } from "zod";
import { isSignalName } from "../journal/signal-name.ts";
import { nodeListSchema } from "./base.ts";
import { defineNode, type ChildGroup } from "./define-node.ts";
import { isTemplate } from "./is-template.ts";

const catchSchema = z.strictObject({
  codes: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(100)
    .optional()
    .describe("Codes of errors, or of their causes, that are caught. Default all."),
  body: nodeListSchema.describe("Nodes that run after the body has failed; a DAG."),
});

/** What the lists that run after the body see besides the names of the scope: the nodes of the body, and the error. */
const afterBody = { sees: "body", locals: ["error"], members: { error: ["code", "message", "path"] } } as const;

const catchGroup = ({ codes = [], body }: z.output<typeof catchSchema>): ChildGroup => ({
  key: "catch",
  keys: ["catch", "body"],
  label: ["catch", ...codes].join(" "),
  nodes: body,
  ...afterBody,
});

/** The group of the nodes that compensate for a node of the body. */
export const compensationKey = (id: string): string => `compensate.${id}`;

export const scopeNode = defineNode({
  type: "scope",
  description:
    "Runs a body. When it fails or is stopped, compensates for its completed nodes (`compensate`); can catch the failure; cleans up in any case (`finally`).",
  config: z.object({
    body: nodeListSchema.describe("The nodes of the scope; a DAG."),
    catch: catchSchema.optional().describe("What runs when the body has failed: if it completes, the scope completes."),
    compensate: z
      .record(z.string(), nodeListSchema)
      .optional()
      .describe(
        "Id of a node of the body → nodes that reverse its effects. After a failure or a stop they run for the completed ones, one after another, the last to end first.",
      ),
    finally: nodeListSchema.optional().describe("Nodes that run at the end, however the body ended; a DAG."),
    cancelOn: z
      .string()
      .optional()
      .describe("Name of a signal that ends the body with ICE_SCOPE_CANCELLED; template allowed. It is not taken."),
    cleanupSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(60)
      .describe("Time limit of all compensations together, and of `finally`, in seconds. Default 60."),
    timeoutSeconds: z
      .number()
      .positive()
      .max(31_536_000)
      .optional()
      .describe("Time limit of the body, in seconds; then it ends with ICE_NODE_TIMEOUT."),
  }),
  declares: z.object({
    output: z.unknown().describe("Output of the body's last node, or after a caught failure of that of `catch`."),
    nodes: z.record(z.string(), z.unknown()).describe("Node id → output of the body, and of `catch` if it ran."),
    error: z
      .object({
        code: z.string().describe("Its code."),
        message: z.string().describe("Its message."),
        path: z.string().describe("Path of the node that failed."),
      })
      .nullable()
      .describe("The error that was caught, else null."),
  }),
  sideEffects: "none",
  holdsSlot: false,
  caches: false,
  compensates: true,
  fields: { cancelOn: { syntax: "template" } },
  refine: ({ cancelOn }) =>
    cancelOn === undefined || isTemplate(cancelOn) || isSignalName(cancelOn)
      ? []
      : [{ field: "cancelOn", message: `\`${String(cancelOn).slice(0, 40)}\` is not the name of a signal` }],
  children: ({ body, catch: handler, compensate = {}, finally: last }): readonly ChildGroup[] => [
    { key: "body", keys: ["body"], nodes: body, locals: [] },
    ...(handler === undefined ? [] : [catchGroup(handler)]),
    ...Object.entries(compensate).map(([id, nodes]) => ({
      key: compensationKey(id),
      keys: ["compensate", id],
      label: `compensate ${id}`,
      nodes,
      ...afterBody,
      cleanup: true,
    })),
    ...(last === undefined ? [] : [{ key: "finally", keys: ["finally"], nodes: last, ...afterBody, cleanup: true }]),
  ],
  uses: ({ compensate = {} }) => ({
    children: Object.keys(compensate).map((id) => ({ id, group: "body", keys: ["compensate", id] })),
  }),
});
