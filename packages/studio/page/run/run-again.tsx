import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { JsonObject, RunBlueprint, RunDocument } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { fieldOf } from "../forms/fields.ts";
import { SchemaForm } from "../forms/schema-form.tsx";
import { useForm } from "../forms/use-form.ts";
import { shortId } from "../format/format.ts";
import { useLack } from "../live/me.ts";
import { useServer } from "../live/server.ts";
import { useLoad } from "../live/use-load.ts";
import { go, runAddress } from "../router/router.tsx";
import { editableInputs, mergedInputs } from "./edited-inputs.ts";
import { startAgain } from "../api/start-again.ts";

interface RunAgainProps {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
  readonly onClose: () => void;
}

/** Asks before a run is started again, with its inputs to be changed. */
export function RunAgain({ document, hasEnded, onClose }: RunAgainProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const { runId } = document;
  const source = useLoad(runId, (signal) =>
    read<RunBlueprint>(`/v1/runs/${encodeURIComponent(runId)}/blueprint`, { signal }),
  );
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="again-title" onClose={onClose}>
      <div className="dialog-body">
        <h2 id="again-title">Run this again?</h2>
        <p>
          This starts a new run of <strong>{document.workflow?.name ?? document.name}</strong>,{" "}
          <Origin document={document} />.{!hasEnded && " This run has not ended: both will run."}
        </p>
        {source.error !== undefined && <Notice error={source.error} onRetry={source.reload} />}
        {source.value === undefined && source.error === undefined && <p className="quiet">Loading…</p>}
        {source.value !== undefined && (
          <AgainForm
            document={document}
            schema={(source.value.blueprint as JsonObject)["inputs"] as JsonObject | undefined}
            onCancel={() => dialog.current?.close()}
          />
        )}
      </div>
    </dialog>
  );
}

/** What the new run executes: see `startAgain`. */
function Origin({ document: { runId, workflow } }: Pick<RunAgainProps, "document">): ReactNode {
  const file = useServer().files.find(({ name }) => name === workflow?.name);
  const needsName = useLack("author") !== undefined;
  if (file !== undefined)
    return (
      <>
        from <code>{file.file}</code> as it is now
      </>
    );
  if (needsName) return "from the workflow of that name as it is now";
  return (
    <>
      with the blueprint of <code title={runId}>{shortId(runId)}</code>
    </>
  );
}

interface AgainFormProps {
  readonly document: RunDocument;
  readonly schema: JsonObject | undefined;
  readonly onCancel: () => void;
}

function AgainForm({ document, schema, onCancel }: AgainFormProps): ReactNode {
  const form = useMemo(() => fieldOf(schema ?? { type: "object", properties: {} }, "Inputs"), [schema]);
  // The document of a run that goes on is read again and again; its inputs stay.
  const [inputs] = useState(() => document.inputs ?? {});
  const initial = useMemo(() => editableInputs(form, inputs), [form, inputs]);
  const { entered, setEntered, value, problems, check } = useForm(form, () => initial);
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>();
  const start = async (): Promise<void> => {
    const isChanged = initial !== undefined && entered !== initial;
    if (isStarting || (isChanged && !check())) return;
    setStarting(true);
    setError(undefined);
    try {
      go(runAddress(await startAgain(document, isChanged ? mergedInputs(form, inputs, value) : inputs)));
    } catch (failure) {
      setError(failure);
      setStarting(false);
    }
  };
  return (
    <form
      className="form"
      aria-label="Inputs of the new run"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {initial === undefined ? (
        <p className="quiet">The inputs are too long to be edited here. The new run has the same.</p>
      ) : (
        <div className="again-inputs">
          <SchemaForm field={form} value={entered} onChange={setEntered} problems={problems} />
        </div>
      )}
      {error !== undefined && <Notice error={error} />}
      <div className="dialog-actions">
        <Button onClick={onCancel}>Close</Button>
        <Button look="primary" type="submit" icon="play" disabled={isStarting}>
          {isStarting ? "Starting…" : "Start a new run"}
        </Button>
      </div>
    </form>
  );
}
