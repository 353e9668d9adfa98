import { useMemo, type ReactNode } from "react";
import type { JsonObject } from "../api/types.ts";
import { Marked } from "../controls/marked.tsx";
import { schemaRows } from "./schema-rows.ts";

/** The fields of a JSON Schema. */
export function SchemaTable({ schema, title }: { readonly schema: JsonObject; readonly title: string }): ReactNode {
  const rows = useMemo(() => schemaRows(schema), [schema]);
  return (
    <section className="stack">
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p className="quiet">
          {typeof schema["description"] === "string" ? schema["description"] : "It has no fields."}
        </p>
      ) : (
        <table className="table schema">
          <thead>
            <tr>
              <th>Field</th>
              <th>Type</th>
              <th>Description</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ path, depth, type, required, description, preset }) => (
              <tr key={path}>
                <td style={{ paddingLeft: depth * 16 }}>
                  <code title={path}>{path.slice(path.lastIndexOf(".") + 1)}</code>
                  {required && <span className="meta"> required</span>}
                </td>
                <td>
                  <code className="quiet">{type}</code>
                </td>
                <td>
                  <Marked text={description} />
                  {preset !== undefined && !/\bdefaults?\b/i.test(description) && (
                    <span className="meta">
                      {" "}
                      Default <code>{JSON.stringify(preset)}</code>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
