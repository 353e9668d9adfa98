import { useState, type ReactNode } from "react";
import { CancelButton } from "../actions/cancel-button.tsx";
import { CopyIdButton } from "../actions/copy-id-button.tsx";
import { startAgain } from "../api/start-again.ts";
import type { RunDocument } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { useLack } from "../live/me.ts";
import { go, networkAddress } from "../router/router.tsx";

interface NetworkActionsProps {
  readonly document: Pick<RunDocument, "runId">;
  readonly hasEnded: boolean;
}

/** Copy the id, cancel with a confirmation, run again. */
export function NetworkActions({ document, hasEnded }: NetworkActionsProps): ReactNode {
  const { runId } = document;
  const [isStarting, setStarting] = useState(false);
  const lack = useLack("run");
  const [refused, setRefused] = useState<unknown>();
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
      <CopyIdButton id={runId} />
      {!hasEnded && (
        <CancelButton runId={runId} what="network">
          Its running and waiting workflows are cancelled, and the others will not start. This cannot be undone.
        </CancelButton>
      )}
      <Button icon="play" disabled={isStarting || lack !== undefined} title={lack} onClick={() => void again()}>
        {isStarting ? "Starting…" : "Run again"}
      </Button>
    </div>
  );
}
