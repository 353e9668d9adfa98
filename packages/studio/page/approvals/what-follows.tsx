import type { ReactNode } from "react";
import { read } from "../api/http.ts";
import type { GraphNode, JsonObject, RunBlueprint } from "../api/types.ts";
import { TypeIcon } from "../controls/icons.tsx";
import { useLoad } from "../live/use-load.ts";
import { kindText, nodeConfigs } from "../state/node-configs.ts";
import { graphPathOf } from "../state/node-path.ts";

interface Next {
  readonly node: GraphNode;
  readonly kind: string;
  /** What it does outside the run. */
  readonly effect: string | undefined;
}

interface Tool {
  readonly name: string;
  readonly sideEffects: "none" | "idempotent" | "external";
}

/** What runs when a request is answered, and whether it acts outside. */
export function WhatFollows({ runId, path }: { readonly runId: string; readonly path: string }): ReactNode {
  const { value: next = [] } = useLoad(`${runId} ${path} next`, (signal) => nextOf(runId, path, signal));
  if (next.length === 0) return null;
  return (
    <div className="stack">
      <h3>What comes after</h3>
      <ul className="stack">
        {next.map(({ node, kind, effect }) => (
          <li key={node.path} className="follows">
            <TypeIcon type={node.type} />
            <span>
              {node.id} <span className="quiet">{kind}</span>
            </span>
            {effect !== undefined && <span className="effect">{effect}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

async function nextOf(runId: string, path: string, signal: AbortSignal): Promise<readonly Next[]> {
  const address = `/v1/runs/${encodeURIComponent(runId)}`;
  const [{ nodes }, { blueprint }, { tools }] = await Promise.all([
    read<{ nodes: readonly GraphNode[] }>(`${address}/graph`, { signal }),
    read<RunBlueprint>(`${address}/blueprint`, { signal }),
    read<{ tools: readonly Tool[] }>("/v1/tools", { signal }),
  ]);
  const paths = new Set(nodes.map((node) => node.path));
  const configs = nodeConfigs(blueprint, (one) => paths.has(one));
  const effects = new Map(tools.map(({ name, sideEffects }) => [name, sideEffects]));
  return nodes
    .filter(({ dependencies }) => dependencies.includes(graphPathOf(path)))
    .map((node) => {
      const config = configs.get(node.path);
      return { node, kind: kindText(node.type, config), effect: effectOf(node.type, config, effects) };
    });
}

function effectOf(
  type: string,
  config: JsonObject | undefined,
  effects: ReadonlyMap<string, Tool["sideEffects"]>,
): string | undefined {
  const called = type === "tool" ? [config?.["toolName"]] : Array.isArray(config?.["tools"]) ? config["tools"] : [];
  const acts = called.some((tool) => typeof tool === "string" && (effects.get(tool) ?? "external") !== "none");
  return acts ? "external effect" : undefined;
}
