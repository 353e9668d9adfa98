import type { ReactNode } from "react";
import { client } from "../api/client.ts";
import type { GraphNode, JsonObject } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { TypeIcon } from "../controls/icons.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Marked } from "../controls/marked.tsx";
import { useLoad } from "../live/use-load.ts";
import { Link } from "../router/router.tsx";
import { nodeOf } from "./node-of.ts";

interface NodeConfigProps {
  readonly node: GraphNode;
  readonly blueprint: JsonObject;
  readonly onClose: () => void;
}

/** A node of a workflow that has not run: what it does, what it waits for, and how it is written. */
export function NodeConfig({ node: { path, type, dependencies }, blueprint, onClose }: NodeConfigProps): ReactNode {
  const types = useLoad("node-types", (signal) => client.registry.nodeTypes({ signal }));
  const about = types.value?.find((one) => one.type === type);
  const config = nodeOf(blueprint, path);
  return (
    <>
      <div className="inspector-head">
        <div className="path">
          <span>{path.split(".").join(" › ")}</span>
          <Button look="plain" icon="close" aria-label="Close the node" onClick={onClose} />
        </div>
        <div className="title">
          <TypeIcon type={type} />
          <h2>{path.slice(path.lastIndexOf(".") + 1)}</h2>
          {about === undefined ? (
            <span className="quiet">{type}</span>
          ) : (
            <Link className="quiet" href={`/tools?${new URLSearchParams({ kind: "Node types", name: type })}`}>
              {type}
            </Link>
          )}
        </div>
        {about !== undefined && (
          <p className="meta">
            <Marked text={about.description} />
          </p>
        )}
      </div>
      <div className="inspector-body">
        {dependencies.length > 0 && <p className="meta">Waits for {dependencies.join(", ")}</p>}
        {config === undefined ? (
          <p className="quiet">It is written in another file.</p>
        ) : (
          <JsonText value={config} name={path} />
        )}
      </div>
    </>
  );
}
