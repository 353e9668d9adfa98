import { useState, type ReactNode } from "react";
import { CancelButton } from "../actions/cancel-button.tsx";
import { CopyIdButton } from "../actions/copy-id-button.tsx";
import type { RunDocument } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { useLack } from "../live/me.ts";
import { RunAgain } from "./run-again.tsx";

interface RunActionsProps {
  readonly document: RunDocument;
  readonly hasEnded: boolean;
}

/** Copy the id, cancel with a confirmation, run again with the same or other inputs. */
export function RunActions({ document, hasEnded }: RunActionsProps): ReactNode {
  const [asksAgain, setAsksAgain] = useState(false);
  const lack = useLack("run");
  const { runId } = document;
  return (
    <div className="actions">
      <CopyIdButton id={runId} />
      {!hasEnded && (
        <CancelButton runId={runId} what="run">
          Running nodes are stopped, and pending ones will not start. Compensations still run. This cannot be undone.
        </CancelButton>
      )}
      <Button icon="play" disabled={lack !== undefined} title={lack} onClick={() => setAsksAgain(true)}>
        Run again
      </Button>
      {asksAgain && <RunAgain document={document} hasEnded={hasEnded} onClose={() => setAsksAgain(false)} />}
    </div>
  );
}
