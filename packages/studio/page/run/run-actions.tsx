import { useRef, useState, type ReactNode } from "react";
import { send } from "../api/http.ts";
import type { RunDocument } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { cancelReason, useLack, useMe } from "../live/me.ts";
import { RunAgain } from "./run-again.tsx";

interface RunActionsProps {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
}

/** Copy the id, cancel with a confirmation, run again with the same or other inputs. */
export function RunActions({ document, hasEnded }: RunActionsProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const [asksAgain, setAsksAgain] = useState(false);
  const lack = useLack("run");
  const { runId } = document;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(runId);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="actions">
      <Button look="plain" icon="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy id"}
      </Button>
      {!hasEnded && <CancelButton runId={runId} />}
      <Button icon="play" disabled={lack !== undefined} title={lack} onClick={() => setAsksAgain(true)}>
        Run again
      </Button>
      {asksAgain && <RunAgain document={document} hasEnded={hasEnded} onClose={() => setAsksAgain(false)} />}
    </div>
  );
}

function CancelButton({ runId }: { readonly runId: string }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const lack = useLack("run");
  const me = useMe();
  const cancel = async (): Promise<void> => {
    try {
      await send(`/v1/runs/${encodeURIComponent(runId)}/cancel`, { json: cancelReason(me) });
      dialog.current?.close();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <Button
        look="danger"
        icon="stop"
        disabled={lack !== undefined}
        title={lack}
        onClick={() => dialog.current?.showModal()}
      >
        Cancel
      </Button>
      <dialog ref={dialog} aria-labelledby="cancel-title">
        <div className="dialog-body">
          <h2 id="cancel-title">Cancel this run?</h2>
          <p>
            Running nodes are stopped, and pending ones will not start. Compensations still run. This cannot be undone.
          </p>
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
