import { useRef, useState, type ReactNode } from "react";
import { read, send } from "../api/http.ts";
import type { JsonObject, RunDocument } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { go, runAddress } from "../router/router.tsx";

interface RunActionsProps {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
  readonly onError: (error: unknown) => void;
}

/** Copy the id, cancel with a confirmation, run again with the same inputs. */
export function RunActions({ document, hasEnded, onError }: RunActionsProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const { runId, workflow, inputs } = document;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(runId);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const again = async (): Promise<void> => {
    try {
      go(runAddress(await startAgain(document)));
    } catch (error) {
      onError(error);
    }
  };
  return (
    <div className="actions">
      <Button look="plain" icon="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy id"}
      </Button>
      {!hasEnded && <CancelButton runId={runId} />}
      {workflow !== undefined &&
        (inputs === undefined ? (
          <Button icon="play" onClick={() => go(`/workflows/${encodeURIComponent(workflow.name)}`)}>
            Run again
          </Button>
        ) : (
          <Button icon="play" onClick={() => void again()}>
            Run again
          </Button>
        ))}
    </div>
  );
}

async function startAgain({ workflow, inputs = {} }: RunDocument): Promise<string> {
  const body: JsonObject = { workflow: workflow?.name ?? "", inputs };
  const headers = { "idempotency-key": crypto.randomUUID() };
  return (await read<{ runId: string }>("/v1/runs", { json: body, headers })).runId;
}

function CancelButton({ runId }: { readonly runId: string }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const cancel = async (): Promise<void> => {
    try {
      await send(`/v1/runs/${encodeURIComponent(runId)}/cancel`, { json: { reason: "cancelled on the page" } });
      dialog.current?.close();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <Button look="danger" icon="stop" onClick={() => dialog.current?.showModal()}>
        Cancel
      </Button>
      <dialog ref={dialog} aria-labelledby="cancel-title">
        <div className="dialog-body">
          <h2 id="cancel-title">Cancel this run?</h2>
          <p>What runs now is stopped, and what has not run will not. Compensations run. This cannot be undone.</p>
          {error !== undefined && <Notice error={error} />}
          <div className="dialog-actions">
            <Button onClick={() => dialog.current?.close()}>Keep it</Button>
            <Button look="danger" icon="stop" onClick={() => void cancel()}>
              Cancel the run
            </Button>
          </div>
        </div>
      </dialog>
    </>
  );
}
