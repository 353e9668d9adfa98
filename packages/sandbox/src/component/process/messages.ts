import type { SandboxLimits } from "@ice/core";
import type { LaneOutcome } from "../../lane/execution.ts";

/** One execution of a component. */
export interface ComponentExecution {
  /** JSON. */
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: "real" | number;
  readonly limits: SandboxLimits;
}

export type ToProcess =
  | {
      readonly type: "load";
      readonly glue: string;
      readonly coreModules: ReadonlyMap<string, Uint8Array>;
      readonly initialPages: number;
      /** URL to which `@bytecodealliance/preview2-shim` resolves. */
      readonly shim: string;
    }
  | { readonly type: "run"; readonly execution: ComponentExecution };

export type FromProcess =
  | { readonly type: "loaded" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ended"; readonly outcome: LaneOutcome };
