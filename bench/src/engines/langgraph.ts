import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { levelsOf } from "../graphs/graph.ts";
import type { Prepare } from "./prepare.ts";

/** A node per node, without a state to pass; an edge from several nodes waits for all of them. */
export const prepareLangGraph: Prepare = async (graph, body) => {
  const builder = new StateGraph(Annotation.Root({ unused: Annotation<number> }));
  // Its types depend on every name, which a loop cannot express.
  const edges = builder as unknown as { addEdge(from: string | string[], to: string): void };
  for (const node of graph.dependencies.keys()) builder.addNode(`n${node}`, () => body(node));
  for (const [node, before] of graph.dependencies.entries()) {
    const from = before.map((at) => `n${at}`);
    edges.addEdge(from.length === 0 ? START : from.length === 1 ? from[0]! : from, `n${node}`);
  }
  const compiled = builder.compile();
  const recursionLimit = levelsOf(graph).length + 1;
  return () => compiled.invoke({}, { recursionLimit });
};
