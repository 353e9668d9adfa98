import { IceError } from "@ice/core";
import type { Compilation } from "./compiler.ts";
import type { Plan } from "./plan.ts";

/**
 * The plan of a compilation.
 *
 * @param what - subject of the message: `Workflow "demo"`.
 * @throws IceError `ICE_BLUEPRINT_INVALID` with the first error; all issues are in `details.issues`.
 */
export function requirePlan({ plan, issues }: Compilation, what: string): Plan {
  if (plan !== undefined) return plan;
  const errors = issues.filter(({ severity }) => severity === "error");
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new IceError(
    "ICE_BLUEPRINT_INVALID",
    `${what} is not valid: ${errors[0]?.message.replace(/\.$/, "")}${more}.`,
    { fix: errors[0]?.fix ?? "see details.issues", details: { issues } },
  );
}
