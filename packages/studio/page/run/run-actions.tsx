import { useRef, useState, type ReactNode } from "react";
import { send } from "../api/http.ts";
import type { RunDocument } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { go, runAddress } from "../router/router.tsx";
import { startAgain } from "../api/start-again.ts";

interface RunActionsProps {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
  readonly onError: (error: unknown) => void;
}

/** Copy the id, cancel with a confirmation, run again with the same inputs. */
export function RunActions({ document, hasEnded, onError }: RunActionsProps): ReactNode {
  const [copied, setCopied] = useState(false);
  const [isStarting, setStarting] = useState(false);
  const { runId } = document;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(runId);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const again = async (): Promise<void> => {
    setStarting(true);
    onError(undefined);
    try {
      go(runAddress(await startAgain(document)));
    } catch (error) {
      onError(error);
    } finally {
      setStarting(false);
    }
  };
  return (
    <div className="actions">
      <Button look="plain" icon="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy id"}
      </Button>
      {!hasEnded && <CancelButton runId={runId} />}
      <Button icon="play" disabled={isStarting} title="With the same blueprint and inputs" onClick={() => void again()}>
        {isStarting ? "Starting…" : "Run again"}
      </Button>
    </div>
  );
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
