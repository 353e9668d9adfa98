/**
 * What stands in a field of a node, besides what its schema says. Validation and the engine read rules; they know no field of any
 * type by its name.
 *
 * - `text`: never evaluated.
 * - `template`: `{{ }}` in every string value, at any depth.
 * - `expression`: the string (or each value of an object) is CEL.
 * - `schema`: a JSON Schema of the enforced subset.
 * - `backEdges`: a list of ids of later siblings whose completion loops back to the node.
 */
export type FieldRule = { readonly syntax: "text" } | { readonly syntax: "schema" } | EvaluatedRule | BackEdgesRule;

/**
 * `phase: "eager"` (default): evaluated once, before the first attempt, in the scope of the node; `config` holds the result.
 * `phase: "lazy"`: the executor evaluates it through `evaluate(field, …)`, with the names in `locals` and, with
 * `children: true`, the nodes of the (only) child group in scope; `config` holds the source.
 */
export interface EvaluatedRule {
  readonly syntax: "template" | "expression";
  /** Required type of the result, otherwise `ICE_EXPRESSION_FAILED`. Default: any. */
  readonly result?: "boolean" | "list";
  readonly phase?: "eager" | "lazy";
  readonly locals?: readonly string[];
  /** Shape of a local, if it is fixed: validation refuses paths that it does not have. */
  readonly members?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly children?: boolean;
}

/** The nodes between the node and the siblings in the list become a child group of the node. */
export interface BackEdgesRule {
  readonly syntax: "backEdges";
  /** Key of that child group. */
  readonly group: string;
  /** Names that the nodes of the group can use besides those of the node. */
  readonly locals: readonly string[];
}

/**
 * Rules by field. A key is the name of a field or a path to values inside one, in the notation of `SchemaField.path`: `retry.url`,
 * `cases[].when` (in each entry of a list), `measures.*.op` (in each value of a map). No rule may lie inside the field of another.
 *
 * An eager value inside a field is replaced in `config` where it stands. A lazy one is evaluated by its own path:
 * `evaluate("cases[1].when")`. A field without a rule is `text`. `"templates"`: every field is a template.
 */
export type FieldRules = Readonly<Record<string, FieldRule>> | "templates";

/** Rules for a type with these fields. */
export type FieldRulesOf<Name extends string> =
  | { readonly [Key in Name | `${Name}.${string}` | `${Name}[]${string}`]?: FieldRule }
  | "templates";

/** The parts of a rule's key: `cases`, `[]`, `when` of `cases[].when`; `limits`, `*` of `limits.*`. */
export const fieldKeyParts = (key: string): readonly string[] => key.match(/\[\]|[^.[\]]+/g) ?? [];
