import { useRef, useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import { Button, Notice } from "../controls/controls.tsx";

/** Copy the id, cancel with a confirmation. */
export function NetworkActions({ runId, hasEnded }: { readonly runId: string; readonly hasEnded: boolean }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<unknown>();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(runId);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const cancel = async (): Promise<void> => {
    try {
      await client.runs.cancel(runId, { reason: "cancelled on the page" });
      dialog.current?.close();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <div className="actions">
      <Button look="plain" icon="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy id"}
      </Button>
      {!hasEnded && (
        <Button look="danger" icon="stop" onClick={() => dialog.current?.showModal()}>
          Cancel
        </Button>
      )}
      <dialog ref={dialog} aria-labelledby="cancel-network">
        <div className="dialog-body">
          <h2 id="cancel-network">Cancel this network?</h2>
          <p>
            Its running and waiting workflows are cancelled, and what has not started will not. This cannot be undone.
          </p>
          {error !== undefined && <Notice error={error} />}
          <div className="dialog-actions">
            <Button onClick={() => dialog.current?.close()}>Keep it</Button>
            <Button look="danger" icon="stop" onClick={() => void cancel()}>
              Cancel the network
            </Button>
          </div>
        </div>
      </dialog>
    </div>
  );
}
