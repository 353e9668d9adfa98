import type { BlueprintInput } from "../blueprint/blueprint.ts";
import { IceError } from "../errors/ice-error.ts";

/**
 * A blueprint to register, e.g. the result of the builder's `build()`. Only its name and version are read; the rest is validated
 * when a workflow that uses it is compiled.
 */
export type RegisteredBlueprint = Pick<BlueprintInput, "name" | "version"> & {
  readonly [Field in Exclude<keyof BlueprintInput, "name" | "version">]?: unknown;
};

/** Workflows by `name` and `name@version`. */
export interface WorkflowRegistry {
  /** Registers a blueprint. @throws IceError `ICE_PLUGIN_DUPLICATE` if its name and version are registered already. */
  register(blueprint: RegisteredBlueprint): void;
  /** @param ref - `name` (the version registered last) or `name@version`. */
  get(ref: string): RegisteredBlueprint | undefined;
  /** `name@version` of each workflow. */
  names(): string[];
  /** Returns a function that removes everything registered after this call. */
  checkpoint(): () => void;
}

export function createWorkflowRegistry(): WorkflowRegistry {
  const byVersion = new Map<string, RegisteredBlueprint>();
  const latest = new Map<string, RegisteredBlueprint>();
  return {
    register(blueprint) {
      const key = `${blueprint.name}@${blueprint.version ?? "0.0.0"}`;
      if (byVersion.has(key))
        throw new IceError("ICE_PLUGIN_DUPLICATE", `The workflow "${key}" is already registered.`, {
          fix: "give it another version",
        });
      byVersion.set(key, blueprint);
      latest.set(blueprint.name, blueprint);
    },
    get: (ref) => byVersion.get(ref) ?? latest.get(ref),
    names: () => [...byVersion.keys()],
    checkpoint() {
      const before = [new Map(byVersion), new Map(latest)] as const;
      return () => {
        for (const [index, map] of [byVersion, latest].entries()) {
          map.clear();
          for (const [name, blueprint] of before[index]!) map.set(name, blueprint);
        }
      };
    },
  };
}
