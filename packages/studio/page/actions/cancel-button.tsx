import { useId, useRef, useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { cancelReason, useLack, useMe } from "../live/me.ts";

interface CancelButtonProps {
  readonly runId: string;
  readonly what: "run" | "network";
  /** What happens then. */
  readonly children: ReactNode;
}

/** Cancels a run or a network, after a confirmation. */
export function CancelButton({ runId, what, children }: CancelButtonProps): ReactNode {
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const lack = useLack("run");
  const me = useMe();
  const cancel = async (): Promise<void> => {
    try {
      await client.runs.cancel(runId, cancelReason(me));
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
      <dialog ref={dialog} aria-labelledby={title}>
        <div className="dialog-body">
          <h2 id={title}>Cancel this {what}?</h2>
          <p>{children}</p>
          {error !== undefined && <Notice error={error} />}
          <div className="dialog-actions">
            <Button onClick={() => dialog.current?.close()}>Keep it</Button>
            <Button look="danger" icon="stop" onClick={() => void cancel()}>
              Cancel the {what}
            </Button>
          </div>
        </div>
      </dialog>
    </>
  );
}
