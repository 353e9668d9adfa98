import { networkSchemaVersion, type JsonObject, type NetworkManifestInput } from "@ice/core";
import type { Refs } from "./ref.ts";
import { scopeRefs } from "./ref.ts";
import { toTemplate } from "./templates.ts";

/** Fields of a network besides its workflows. */
export interface NetworkFields<Global> extends Pick<NetworkManifestInput, "description" | "maxConcurrency"> {
  /** Data that every workflow reads as `inputs.global`. */
  readonly global?: Global;
}

/** The data of a workflow that later workflows can refer to. */
interface WorkflowOutcome {
  readonly output: unknown;
  readonly status: string;
  readonly runId: string;
}

/** Names for the inputs of a workflow: the workflows in its `after`, and the global inputs. */
type NetworkScope<After extends string, Global> = Refs<
  { readonly [Id in After]: WorkflowOutcome } & { readonly inputs: { readonly global: Global } }
>;

/** A workflow of a network. */
export interface MemberFields<Members extends string, After extends Members, Global> {
  /** A blueprint file relative to the network's, a registered workflow, or `./module.ts#export`. */
  readonly ref: string;
  /** Ids of workflows that must complete first. */
  readonly after?: readonly After[];
  readonly inputs?:
    | Readonly<Record<string, unknown>>
    | ((scope: NetworkScope<After, Global>) => Readonly<Record<string, unknown>>);
}

/** An immutable list of workflows. Each call of `workflow` returns a new list with one more. */
export class WorkflowList<Members extends string, Global> {
  readonly #manifest: NetworkManifestInput;

  constructor(manifest: NetworkManifestInput) {
    this.#manifest = manifest;
  }

  /** Adds a workflow. Unknown names in `after` or in its inputs do not compile. */
  workflow<Id extends string, After extends Members = never>(
    id: Id extends Members ? never : Id,
    { ref, after, inputs }: MemberFields<Members, After, Global>,
  ): WorkflowList<Members | Id, Global> {
    const given = typeof inputs === "function" ? inputs(scopeRefs()) : inputs;
    const member = {
      id,
      ref,
      ...(after !== undefined && { after: [...after] }),
      ...(given !== undefined && { inputs: toTemplate(given) as JsonObject }),
    };
    return new WorkflowList({ ...this.#manifest, workflows: [...this.#manifest.workflows, member] });
  }

  /** The manifest as plain data, for `NetworkCoordinatorFactory.create` and `save`. */
  build(): NetworkManifestInput {
    return this.#manifest;
  }
}

/**
 * Writes a network in TypeScript.
 *
 * @example
 * const manifest = network("nightly", { global: { region: "eu" } })
 *   .workflow("etl", { ref: "./etl.yaml" })
 *   .workflow("train", { ref: "./train.yaml", after: ["etl"], inputs: ({ etl }) => ({ rows: etl.output.rows }) })
 *   .build();
 */
export function network<const Global extends JsonObject = JsonObject>(
  name: string,
  fields: NetworkFields<Global> = {},
): WorkflowList<never, Global> {
  return new WorkflowList({ schemaVersion: networkSchemaVersion, name, ...fields, workflows: [] });
}
