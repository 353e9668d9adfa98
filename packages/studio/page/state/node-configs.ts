import type { Json, JsonObject } from "../api/types.ts";

/** What the blueprint says about nodes, by their paths in the graph. */
export type NodeConfigs = ReadonlyMap<string, JsonObject>;

/** Finds the nodes of a blueprint. @param isNode - whether a path is that of a node in the graph. */
export function nodeConfigs(blueprint: Json, isNode: (path: string) => boolean): NodeConfigs {
  const found = new Map<string, JsonObject>();
  const look = (value: Json, parent: string | undefined): void => {
    if (typeof value !== "object" || value === null) return;
    const id = Array.isArray(value) ? undefined : (value as JsonObject)["id"];
    const path = typeof id !== "string" ? undefined : parent === undefined ? id : `${parent}.${id}`;
    const isOwn = path !== undefined && isNode(path) && !found.has(path);
    if (isOwn) found.set(path, value as JsonObject);
    for (const entry of Object.values(value as JsonObject)) look(entry, isOwn ? path : parent);
  };
  look(blueprint, undefined);
  return found;
}

/** Fields that every node has, and those that are shown elsewhere. */
const general = new Set([
  "id",
  "type",
  "name",
  "description",
  "metadata",
  "dependencies",
  "when",
  "join",
  "timeoutSeconds",
  "onError",
  "outputSchema",
  "inputSchema",
  "retryPolicy",
  "cache",
]);

/** Fields that are expressions without braces. */
const bare = ["expression", "itemsSource", "until", "convergenceCondition", "metricExpression"];

/** What goes into a node, as it is written, and the name of the field if it is one. */
export function inputTemplate(config: JsonObject): { readonly field?: string; readonly template: Json } {
  if (config["type"] === "tool") return { field: "toolArgs", template: config["toolArgs"] ?? {} };
  if (config["type"] === "workflow" && config["inputs"] !== undefined)
    return { field: "inputs", template: config["inputs"] };
  const own = Object.entries(config).filter(([name, value]) => !general.has(name) && !holdsNodes(value));
  return {
    template: Object.fromEntries(
      own.map(([name, value]) => [name, bare.includes(name) && typeof value === "string" ? `{{ ${value} }}` : value]),
    ),
  };
}

const holdsNodes = (value: Json): boolean => {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.length > 0 && value.every(isNodeLike);
  return Object.values(value as JsonObject).some(
    (entry: Json) => Array.isArray(entry) && entry.length > 0 && entry.every(isNodeLike),
  );
};

const isNodeLike = (value: Json): boolean =>
  typeof value === "object" && value !== null && "id" in value && "type" in value;

/** `tool price_item`, `llm demo/writer`, `wait paid or voucher`. */
export function kindText(type: string, config: JsonObject | undefined): string {
  const what = ["toolName", "model", "package", "workflowRef", "ref"].map((name) => config?.[name]);
  const named = what.find((value): value is string => typeof value === "string" && !value.includes("{{"));
  return named === undefined ? type : `${type} ${named}`;
}

/** `loop`, `parallel 8`, `collect`: how a loop runs. */
export function loopWords(config: JsonObject | undefined): string[] {
  if (config === undefined) return [];
  const { parallel, maxConcurrency, onItemError, settle } = config;
  return [
    parallel === true ? `parallel ${typeof maxConcurrency === "number" ? maxConcurrency : 8}` : "one by one",
    typeof onItemError === "string" && onItemError !== "fail" ? onItemError : "",
    settle === "first" ? "first wins" : "",
  ].filter(Boolean);
}

/** What happens after a failure of a node in an item of a loop, or because of `onError`. */
export function afterFailure(config: JsonObject | undefined, loop: JsonObject | undefined): string {
  if (config?.["onError"] === "skip") return "its error is ignored";
  if (typeof config?.["onError"] === "object") return "its output is replaced";
  if (loop?.["onItemError"] === "collect") return "item is collected, the run goes on";
  if (loop?.["onItemError"] === "skip") return "item is left out, the run goes on";
  return "";
}

/** The greatest number of attempts. */
export function maxAttempts(config: JsonObject | undefined): number | undefined {
  const policy = config?.["retryPolicy"];
  if (config === undefined) return undefined;
  if (typeof policy !== "object" || policy === null) return 1;
  const most = (policy as JsonObject)["maxAttempts"];
  return typeof most === "number" ? most : 3;
}
