import { useRef, useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import type { RunDocument } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { go, networkAddress } from "../router/router.tsx";
import { startAgain } from "../api/start-again.ts";
import { cancelReason, useLack, useMe } from "../live/me.ts";

interface NetworkActionsProps {
  readonly document: Pick<RunDocument, "runId">;
  readonly hasEnded: boolean;
}

/** Copy the id, cancel with a confirmation, run again. */
export function NetworkActions({ document, hasEnded }: NetworkActionsProps): ReactNode {
  const { runId } = document;
  const [isStarting, setStarting] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<unknown>();
  const lack = useLack("run");
  const me = useMe();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(runId);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const cancel = async (): Promise<void> => {
    try {
      await client.runs.cancel(runId, cancelReason(me));
      dialog.current?.close();
    } catch (failure) {
      setError(failure);
    }
  };
  const again = async (): Promise<void> => {
    setStarting(true);
    setRefused(undefined);
    try {
      go(networkAddress(await startAgain(document, {})));
    } catch (failure) {
      setRefused(failure);
    } finally {
      setStarting(false);
    }
  };
  return (
    <div className="actions">
      {refused !== undefined && (
        <span className="bad">{refused instanceof Error ? refused.message : "It failed."}</span>
      )}
      <Button look="plain" icon="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy id"}
      </Button>
      {!hasEnded && (
        <Button
          look="danger"
          icon="stop"
          disabled={lack !== undefined}
          title={lack}
          onClick={() => dialog.current?.showModal()}
        >
          Cancel
        </Button>
      )}
      <Button icon="play" disabled={isStarting} onClick={() => void again()}>
        {isStarting ? "Starting…" : "Run again"}
      </Button>
      <dialog ref={dialog} aria-labelledby="cancel-network">
        <div className="dialog-body">
          <h2 id="cancel-network">Cancel this network?</h2>
          <p>Its running and waiting workflows are cancelled, and the others will not start. This cannot be undone.</p>
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
