import type { JsonObject } from "@ice/core";
import type { Expr, FieldValue, Refs } from "./ref.ts";
import { fieldOf } from "./templates.ts";

/** How a workflow ends. */
export type EndConfig<Visible> =
  | {
      readonly status: "completed";
      /** The output of the workflow. Default: its `outputs`. */
      readonly output?: JsonObject | ((scope: Refs<Visible>) => Readonly<Record<string, unknown>> | Expr<object>);
      readonly code?: never;
      readonly message?: never;
    }
  | {
      readonly status: "failed";
      /** Capital letters, digits and `_`, at most 64. Default `ICE_WORKFLOW_ENDED`. */
      readonly code?: FieldValue<Visible, string>;
      readonly message?: FieldValue<Visible, string>;
      readonly output?: never;
    };

export function endFields<Visible>({
  status,
  output,
  code,
  message,
}: EndConfig<Visible>): Readonly<Record<string, unknown>> {
  return { status, output: fieldOf(output), code: fieldOf(code), message: fieldOf(message) };
}
