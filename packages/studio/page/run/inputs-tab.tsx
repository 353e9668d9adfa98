import type { ReactNode } from "react";
import type { RunDocument } from "../api/types.ts";
import { JsonText } from "../controls/json-text.tsx";
import { ErrorBox } from "../inspector/error-box.tsx";

export function InputsTab({
  document,
  hasEnded,
}: {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
}): ReactNode {
  const { inputs, output, error } = document;
  const isEmpty = output === undefined || Object.keys(output).length === 0;
  return (
    <div className="content pad">
      <div className="columns">
        <section className="stack">
          <h2>Inputs</h2>
          {inputs === undefined ? (
            <p className="quiet">This server does not send the inputs of runs.</p>
          ) : (
            <JsonText value={inputs} name="inputs" />
          )}
        </section>
        <section className="stack">
          <h2>Output</h2>
          {error !== undefined && <ErrorBox error={error} />}
          {isEmpty ? (
            <p className="quiet">{hasEnded ? "The run has no output." : "No output yet: the run has not ended."}</p>
          ) : (
            <>
              {!hasEnded && <p className="quiet">What is known so far.</p>}
              <JsonText value={output} name="output" />
            </>
          )}
        </section>
      </div>
    </div>
  );
}
