import type { SandboxLimits } from "@ice/core";
import type { LaneOutcome } from "../../lane/execution.ts";
import type { PreparedComponent } from "../prepare-component.ts";

/** One execution of a component. */
export interface ComponentExecution {
  /** JSON. */
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: "real" | number;
  readonly limits: SandboxLimits;
}

export type ToProcess =
  | { readonly type: "load"; readonly component: PreparedComponent }
  | { readonly type: "run"; readonly execution: ComponentExecution };

export type FromProcess =
  | { readonly type: "loaded" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ended"; readonly outcome: LaneOutcome };
