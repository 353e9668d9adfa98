import { z } from "zod";
import { jsonValueSchema } from "../json/value-schemas.ts";
import { defineNode } from "./define-node.ts";
import { isTemplate } from "./is-template.ts";

const codePattern = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The code of an `end` node with the status `failed` that names none. */
export const endedCode = "ICE_WORKFLOW_ENDED";

/** Whether a text is the code of an error that an `end` node may give. */
export const isErrorCode = (code: unknown): code is string => typeof code === "string" && codePattern.test(code);

export const endNode = defineNode({
  type: "end",
  description:
    "Ends its workflow at once, from any depth, as completed or as failed. What is in flight is cancelled. A sub-workflow ends alone.",
  config: z.object({
    status: z.enum(["completed", "failed"]).describe("How the workflow ends, whatever failed before."),
    output: jsonValueSchema
      .optional()
      .describe("Template: an object, the output of the workflow in place of its `outputs`. Only with `completed`."),
    code: z
      .string()
      .optional()
      .describe(
        "Code of the error: capital letters, digits and `_`, at most 64; template allowed. Only with `failed`. Default ICE_WORKFLOW_ENDED.",
      ),
    message: z
      .string()
      .optional()
      .describe("Message of the error, cut at 2,000 characters; template allowed. Only with `failed`."),
  }),
  declares: z.object({
    status: z.enum(["completed", "failed"]).describe("How the workflow ends."),
    output: z.unknown().describe("Output of the workflow; null if it is that of its nodes, or failed."),
    error: z
      .object({ code: z.string().describe("Its code."), message: z.string().describe("Its message.") })
      .nullable()
      .describe("Error of the workflow, or null."),
  }),
  sideEffects: "none",
  holdsSlot: false,
  retries: false,
  caches: false,
  ends: true,
  fields: {
    output: { syntax: "template" },
    code: { syntax: "template" },
    message: { syntax: "template" },
  },
  refine: ({ status, output, code, message }) => {
    if (status === "failed" && output !== undefined)
      return [{ field: "output", message: "`output` requires `status: completed`" }];
    if (status === "completed")
      for (const [field, value] of Object.entries({ code, message }))
        if (value !== undefined) return [{ field, message: `\`${field}\` requires \`status: failed\`` }];
    const isObject = typeof output === "object" && output !== null && !Array.isArray(output);
    if (output !== undefined && !isObject && !isTemplate(output))
      return [{ field: "output", message: "`output` must be an object" }];
    if (code !== undefined && !isTemplate(code) && !isErrorCode(code))
      return [{ field: "code", message: "`code` must be capital letters, digits and `_`, at most 64" }];
    return [];
  },
});
