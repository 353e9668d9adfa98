import { ApiError, read } from "../api/http.ts";
import type { Json, NodeDetail } from "../api/types.ts";
import { useLoad } from "../live/use-load.ts";
import { evaluated, itemOf, type ShownItem, type Surroundings } from "../state/evaluated.ts";
import { expressionsIn, rendered } from "../state/expressions.ts";
import { inputTemplate } from "../state/node-configs.ts";
import { graphPathOf, itemsAround } from "../state/node-path.ts";
import type { NodeContext } from "./node-context.ts";

/** What goes into a node. */
export interface NodeValues {
  readonly input?: Json;
  /** The field that it is, if it is one of the node. */
  readonly field?: string | undefined;
  /** As the blueprint says it. */
  readonly template?: Json;
  /** Whether parts of it are as written, because their values are not recorded. */
  readonly isPartly: boolean;
  readonly item?: ShownItem | undefined;
}

const nothing: NodeValues = { isPartly: false };

/**
 * The input of a node: as it is recorded, else what its expressions refer to, as far as that is recorded.
 *
 * @param recorded - the evaluated fields of the node; undefined while they load.
 */
export function useNodeValues(
  { runId, run, configs }: NodeContext,
  path: string,
  recorded: NodeDetail | undefined,
): NodeValues {
  const config = configs.get(graphPathOf(path));
  const key = config === undefined || recorded === undefined ? undefined : `${runId} ${path} ${recorded.status} values`;
  const { value = nothing } = useLoad(key, async (signal): Promise<NodeValues> => {
    const outputs = new Map<string, Promise<Json | undefined>>();
    const outputOf = (other: string): Promise<Json | undefined> => {
      const known = outputs.get(other) ?? outputIn(runId, other, signal);
      outputs.set(other, known);
      return known;
    };
    const has = (other: string): boolean => run.view.nodes.has(other);
    const around: Surroundings = { at: path, configs, inputs: run.document.value?.inputs, has, outputOf };
    const [nearest] = itemsAround(path).slice(-1);
    const item = nearest === undefined ? undefined : await itemOf(nearest.loop, nearest.index, around);
    const { field, template } = inputTemplate(config!);
    const own = recorded?.input;
    const fields = field === undefined || typeof own !== "object" || own === null ? own : (own as Fields)[field];
    if (fields !== undefined && Object.keys(fields as object).length > 0)
      return { input: fields, field, template, isPartly: false, item };
    const expressions = expressionsIn(template);
    const values = await evaluated(expressions, around);
    return {
      input: rendered(template, values),
      field,
      template,
      isPartly: values.size < expressions.length,
      item,
    };
  });
  return value;
}

type Fields = Readonly<Record<string, Json | undefined>>;

async function outputIn(runId: string, path: string, signal: AbortSignal): Promise<Json | undefined> {
  try {
    const address = `/v1/runs/${encodeURIComponent(runId)}/nodes/${encodeURIComponent(path)}`;
    return (await read<NodeDetail>(address, { signal })).output;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
