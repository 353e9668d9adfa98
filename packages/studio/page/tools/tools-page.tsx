import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { JsonObject } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";

const tabs = ["Tools", "Node types"] as const;

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly json: JsonObject;
}

/** What blueprints can use, with the schemas. */
export function ToolsPage(): ReactNode {
  const [tab, setTab] = useState<(typeof tabs)[number]>("Tools");
  const [selected, setSelected] = useState<string>();
  const { value, error, reload } = useLoad(tab, (signal) => entriesOf(tab, signal));
  const shown = value?.find(({ name }) => name === selected) ?? value?.[0];
  return (
    <>
      <TopBar>
        <h1>Tools and nodes</h1>
      </TopBar>
      <Tabs tabs={tabs} selected={tab} onSelect={setTab} label="Kinds" />
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {value?.length === 0 && <Empty title={`No ${tab.toLowerCase()}`} />}
      {value !== undefined && shown !== undefined && (
        <div className="split content">
          <ul aria-label={tab}>
            {value.map(({ name, description }) => (
              <li key={name}>
                <button
                  type="button"
                  className="entry wide-button"
                  aria-current={name === shown.name}
                  onClick={() => setSelected(name)}
                >
                  <code>{name}</code>
                  <span className="ask">{description}</span>
                </button>
              </li>
            ))}
          </ul>
          <section className="pad stack" aria-label={shown.name}>
            <h2>{shown.name}</h2>
            <p>{shown.description}</p>
            <JsonText value={shown.json} name={shown.name} />
          </section>
        </div>
      )}
    </>
  );
}

async function entriesOf(tab: (typeof tabs)[number], signal: AbortSignal): Promise<Entry[]> {
  if (tab === "Tools") {
    const { tools } = await read<{ tools: JsonObject[] }>("/v1/tools", { signal });
    return tools.map((tool) => ({
      name: String(tool["name"]),
      description: String(tool["description"] ?? ""),
      json: tool,
    }));
  }
  const { nodeTypes } = await read<{ nodeTypes: JsonObject[] }>("/v1/node-types", { signal });
  return nodeTypes.map((node) => ({
    name: String(node["type"]),
    description: String(node["description"]),
    json: node["schema"] as JsonObject,
  }));
}
