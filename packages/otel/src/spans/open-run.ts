import type { Context } from "@opentelemetry/api";
import type { OpenSpan } from "./open-span.ts";

/** A run with a span: its nodes and calls that have not ended. */
export class OpenRun {
  readonly root: OpenSpan;
  /** Of the workflow, for metrics. */
  readonly name: string;
  /** By path. */
  readonly nodes = new Map<string, OpenSpan>();
  /** By path, attempt and number. */
  readonly calls = new Map<string, OpenSpan>();

  constructor(root: OpenSpan, name: string) {
    this.root = root;
    this.name = name;
  }

  /** Calls of agents that are no nodes, by path and role. */
  readonly members = new Map<string, OpenSpan>();

  /** The context of the one call that the node at a path makes, otherwise that of the node. */
  contextAt(path: string): Context {
    const calls = [...this.calls.keys()].filter((key) => key.startsWith(`${path}\n`));
    const call = calls.length === 1 ? this.calls.get(calls[0]!) : undefined;
    return (call ?? this.nearest(path)).context;
  }

  /** The innermost open node that contains a path, the node at the path itself included; the run if there is none. */
  nearest(path: string): OpenSpan {
    for (
      let end = path.length;
      end > 0;
      end = Math.max(path.lastIndexOf(".", end - 1), path.lastIndexOf("[", end - 1))
    ) {
      const node = this.nodes.get(path.slice(0, end));
      if (node !== undefined) return node;
    }
    return this.root;
  }
}
