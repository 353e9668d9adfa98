import type { ASTNode } from "@marcbachmann/cel-js";

/** A part of an expression as an author would write it. */
export function written(node: ASTNode): string {
  switch (node.op) {
    case "id":
      return node.args;
    case ".":
    case ".?":
      return `${written(node.args[0])}${node.op}${node.args[1]}`;
    case "[]":
      return `${written(node.args[0])}[${written(node.args[1])}]`;
    case "[?]":
      return `${written(node.args[0])}[?${written(node.args[1])}]`;
    case "value":
      if (typeof node.args === "string") return JSON.stringify(node.args);
      return source(node);
    case "call":
    case "rcall":
    case "list":
    case "map":
      return source(node);
    default:
      return `(${source(node)})`;
  }
}

const source = (node: ASTNode): string => node.input.slice(node.start, node.end);
