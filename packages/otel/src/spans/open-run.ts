import type { Context } from "@opentelemetry/api";
import type { OpenSpan } from "./open-span.ts";
import { SpansByPath } from "./spans-by-path.ts";

/** A run with a span: its nodes and calls that have not ended. */
export class OpenRun {
  readonly root: OpenSpan;
  /** Of the workflow, for metrics. */
  readonly name: string;
  /** By path. */
  readonly nodes = new Map<string, OpenSpan>();
  /** Requests to models and calls of tools, by attempt and number. */
  readonly calls: SpansByPath = new SpansByPath();
  /** Agents that are no nodes, by role. */
  readonly members: SpansByPath = new SpansByPath();

  constructor(root: OpenSpan, name: string) {
    this.root = root;
    this.name = name;
  }

  /** The context of the one call that the node at a path makes, otherwise that of the node. */
  contextAt(path: string): Context {
    const calls = this.calls.at(path);
    const [call] = calls.size === 1 ? calls.values() : [];
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
