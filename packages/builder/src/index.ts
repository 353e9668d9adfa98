// Files
export { createBlueprintLoader, parseFile, type BlueprintLoaderOptions } from "./load/blueprint-loader.ts";
export { load, loadText } from "./load/load.ts";
export { parseText, type ParsedText, type ParseOptions, type Place } from "./load/parse-text.ts";
export { save } from "./save/save.ts";
// Pictures
export { graphOf, type BlueprintGraph, type GraphEdge, type GraphNode } from "./graph/blueprint-graph.ts";
export { toDot } from "./graph/dot.ts";
export { toMermaid } from "./graph/mermaid.ts";
