import type { builtinNodes } from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";

export type ScopeActivation = BuiltinActivation<typeof builtinNodes.scope>;
