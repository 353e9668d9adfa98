import { z } from "zod";
import type { Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Allowance } from "../result/result.ts";
import { inputSchemaField, nodeBaseShape, type ChildNode, type NodeBase } from "./base.ts";
import type { FieldRules, FieldRulesOf } from "./field-rule.ts";

/** A list of child nodes inside a node: a body, a path, a branch. */
export interface ChildGroup {
  /** Name by which the executor runs it: `body`, `truePath`, `branches.0`. */
  readonly key: string;
  /** Keys that lead to the list: `["branches", 0]`. */
  readonly keys: Keys;
  /** What pictures call it. Default: its key; a group without a label that is the only one of its node is not named. */
  readonly label?: string | undefined;
  readonly nodes: readonly ChildNode[];
  /** Names that its nodes can use besides those of the container, e.g. `item`, `index`. */
  readonly locals: readonly string[];
  /** Fields of those names, if they are known: others are reported. */
  readonly members?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Key of an earlier group whose completed nodes its nodes can use, too. */
  readonly sees?: string | undefined;
  /** Whether its nodes clean up: they run although their workflow was stopped, so none of them can wait for days or end it. */
  readonly cleanup?: boolean | undefined;
}

/** A node parsed by its schema: base fields and fields of its type, with defaults. Template fields contain their source. */
export type ParsedNode<Config extends z.ZodObject> = NodeBase & Readonly<z.output<Config>>;

/** The static description of a node type. Shared code reads these properties and never branches on `type`. */
export interface NodeDefinition<Config extends z.ZodObject = z.ZodObject, Type extends string = string> {
  readonly type: Type;
  readonly description: string;
  /** Schema of the type's own fields. */
  readonly config: Config;
  /** Schema of the whole node: base fields and own fields, strict. */
  readonly schema: z.ZodObject;
  /** Schema of the base fields; other fields are dropped. */
  readonly base: z.ZodObject;
  /** Shape of the output, if it is known before the node runs: for types, documentation and paths in expressions. */
  readonly declares?: z.ZodType | undefined;
  /** Schema with which outputs are parsed; undefined: outputs are any JSON. */
  readonly output?: z.ZodType | undefined;
  /** `external`: effects that a repetition would repeat; `idempotent`: effects that may be repeated; `none`: no effects. */
  readonly sideEffects: "none" | "idempotent" | "external";
  /** Whether a running node takes one of the run's `maxConcurrency` slots. Containers and waiting nodes do not. */
  readonly holdsSlot: boolean;
  /** Whether it only observes: its output is never "the last output" of a list. */
  readonly observes: boolean;
  /** Whether it may wait for a person, for days, while the run is suspended. It handles `timeoutSeconds` itself. */
  readonly suspends: boolean;
  /** Whether a node may take its outcome from the cache of the store: it has a field `cache`. */
  readonly caches: boolean;
  /** Whether it ends its workflow. */
  readonly ends: boolean;
  /** Whether it may compensate for effects of its nodes, so that another attempt has effects of its own. */
  readonly compensates: boolean;
  /**
   * Maximum that an attempt uses of what budgets limit; a quantity that is missing has none. Where a worker executes the attempt, so much
   * of a budget is kept for it.
   */
  readonly usesAtMost: Allowance;
  /** Keys of the services that the type requires; validation reports missing ones (`ICE_SERVICE_MISSING`). */
  readonly needs: readonly ServiceKey<unknown>[];
  /** Rules of the fields. */
  readonly fields: FieldRules;
  /** Name of the field that `inputSchema` checks, if the type has one. */
  readonly inputField: string | undefined;
  /** The child groups of a parsed node. */
  children?(node: ParsedNode<Config>): readonly ChildGroup[];
  /** Reports fields that have no effect; validation shows them as warnings. */
  lint?(node: ParsedNode<Config>): readonly NodeWarning[];
  /** Things outside the blueprint that a parsed node refers to; validation looks them up. */
  uses?(node: ParsedNode<Config>): NodeUses;
  /** The conversation in the run that a node takes part in, by its evaluated fields: a worker that executes the attempt gets its turns. */
  conversation?(config: Readonly<z.output<Config>>): RunConversation | undefined;
}

/** A conversation that lives in a run. */
interface RunConversation {
  /** Its name, as it was evaluated. */
  readonly thread: Json;
  /** Maximum number of earlier turns that the node gets. */
  readonly maxTurns: number;
}

/** Whether nodes of a type can clean up: they neither wait for days nor end the workflow. */
export const canCleanUp = ({
  suspends,
  observes,
  ends,
}: Pick<NodeDefinition, "suspends" | "observes" | "ends">): boolean => !suspends && !observes && !ends;

/** A warning about a field of a node. */
export interface NodeWarning {
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

/** Things outside the blueprint that a node refers to, each with its keys in the node. */
export interface NodeUses {
  readonly tool?: { readonly name: string; readonly argsField: string; readonly keys: Keys } | undefined;
  readonly tools?: readonly { readonly name: string; readonly keys: Keys }[] | undefined;
  /** Agents. `overrides`: what the node changes of it, where it is on a model. */
  readonly agents?:
    | readonly {
        readonly name: string;
        readonly keys: Keys;
        readonly overrides?: { readonly value: JsonObject; readonly keys: Keys };
      }[]
    | undefined;
  /** Models; those that are templates are looked up when they are evaluated. */
  readonly models?: readonly { readonly name: string; readonly keys: Keys }[] | undefined;
  /** Nodes of its own groups, by id. */
  readonly children?: readonly { readonly id: string; readonly group: string; readonly keys: Keys }[] | undefined;
  /** Siblings that it observes without waiting for them. */
  readonly siblings?: readonly { readonly id: string; readonly keys: Keys }[] | undefined;
  readonly channels?: readonly { readonly name: string; readonly keys: Keys }[] | undefined;
  readonly workflow?:
    | {
        readonly ref: string;
        readonly keys: Keys;
        /** Names that the node adds to the workflow's inputs after they were checked. */
        readonly adds?: readonly string[];
      }
    | undefined;
  /** Services that this node requires besides the type's `needs`. */
  readonly services?: readonly { readonly service: ServiceKey<unknown>; readonly keys: Keys }[] | undefined;
}

/** Options of `defineNode`. A plugin's type needs `type`, `config` and `output`; built-in types use all of them. */
export interface NodeOptions<
  Config extends z.ZodObject,
  Type extends string,
  Output extends z.ZodType = z.ZodType,
> extends Partial<
  Omit<
    NodeDefinition<Config, Type>,
    "type" | "config" | "schema" | "base" | "declares" | "output" | "fields" | "inputField"
  >
> {
  readonly type: Type;
  readonly config: Config;
  /** Shape of the output; every output is parsed with it. */
  readonly output?: Output | undefined;
  /** Shape of an output that is not parsed, because the executor always returns it. Default: `output`. */
  readonly declares?: Output | undefined;
  /** Rules of the fields. Default: every field is a template. */
  readonly fields?: FieldRulesOf<keyof Config["shape"] & string>;
  /** Name of the field that `inputSchema` checks. Default: `input` or `inputs`, if the type has one of these. */
  readonly inputField?: keyof Config["shape"] & string;
  /** False for types that wait or end: their schema has no `retryPolicy`. Default true. */
  readonly retries?: boolean;
  /** A check of the whole node, e.g. "exactly one of". Returns problems with the fields they concern. */
  refine?(node: ParsedNode<Config>): readonly FieldProblem[];
}

/** What is wrong with a field, or with the whole node when `field` is empty. */
interface FieldProblem {
  readonly field: string;
  readonly message: string;
  readonly fix?: string;
}

/**
 * Defines a node type: one value is the source of its schema, TypeScript types, documentation and editor completion. Defaults:
 * `sideEffects: "external"`, `holdsSlot: true`, every field a template, the output parsed with `output`, `cache` allowed.
 */
export function defineNode<
  const Type extends string,
  Config extends z.ZodObject,
  Output extends z.ZodType = z.ZodType<Json>,
>(options: NodeOptions<Config, Type, Output>): NodeDefinition<Config, Type> & { readonly declares?: Output } {
  const { type, config, output, declares = output, fields = "templates", retries = true, refine, ...rest } = options;
  const { inputField = ["input", "inputs"].find((field) => field in config.shape) } = options;
  const { retryPolicy, cache, requires, ...others } = nodeBaseShape;
  const { caches = true, suspends = false, observes = false, ends = false } = options;
  const canRequire = canCleanUp({ suspends, observes, ends }) && !("requires" in config.shape);
  const base = {
    ...others,
    ...(retries ? { retryPolicy } : {}),
    ...(caches ? { cache } : {}),
    ...(canRequire ? { requires } : {}),
    ...(inputField === undefined ? {} : { inputSchema: inputSchemaField(inputField) }),
    type: z.literal(type),
  };
  const strict = z.strictObject({ ...base, ...config.shape });
  return {
    description: "",
    sideEffects: "external",
    holdsSlot: true,
    observes: false,
    suspends: false,
    ends: false,
    compensates: false,
    usesAtMost: {},
    needs: [],
    ...rest,
    caches,
    // Typed by the names of its fields; none of the rules is undefined.
    fields: fields as FieldRules,
    type,
    config,
    base: z.object(base),
    schema: refine === undefined ? strict : withRule(strict, refine),
    ...(declares === undefined ? {} : { declares }),
    ...(output === undefined ? {} : { output }),
    inputField,
  };
}

function withRule<Config extends z.ZodObject>(
  schema: z.ZodObject,
  refine: (node: ParsedNode<Config>) => readonly FieldProblem[],
): z.ZodObject {
  return schema.check((context) => {
    for (const { field, message, fix } of refine(context.value as ParsedNode<Config>))
      context.issues.push({
        code: "custom",
        message,
        path: field === "" ? [] : [field],
        input: context.value,
        params: { fix },
      });
  });
}
