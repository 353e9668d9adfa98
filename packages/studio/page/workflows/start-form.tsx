import { useMemo, useRef, useState, type ReactNode } from "react";
import { IceApiError } from "@ice/client";
import { client } from "../api/client.ts";
import type { JsonObject } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { keyName } from "../controls/key-name.ts";
import { fieldOf, initialOf } from "../forms/fields.ts";
import { SchemaForm } from "../forms/schema-form.tsx";
import { useForm } from "../forms/use-form.ts";
import { useLack } from "../live/me.ts";
import { useKeys } from "../router/keys.ts";
import { go, runAddress } from "../router/router.tsx";

/** Starts a run with inputs of the declared schema. The same key goes with every try, so a repeated one starts no second run. */
export function StartForm({
  workflow,
  inputs,
  takesInputs,
}: {
  readonly workflow: string;
  readonly inputs: JsonObject | undefined;
  /** A network takes none, not even empty ones. */
  readonly takesInputs: boolean;
}): ReactNode {
  const form = useMemo(() => fieldOf(inputs ?? { type: "object", properties: {} }, "Inputs"), [inputs]);
  const { entered, setEntered, value, problems, check } = useForm(form, () => initialOf(form));
  const lack = useLack("run");
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const key = useRef<string>(undefined);
  const start = async (): Promise<void> => {
    if (!check() || isSending || lack !== undefined) return;
    setSending(true);
    try {
      key.current ??= newKey();
      const { runId } = await client.runs.start({
        workflow,
        idempotencyKey: key.current,
        ...(takesInputs && { inputs: (value ?? {}) as JsonObject }),
      });
      go(runAddress(runId));
    } catch (failure) {
      setError(failure);
      setSending(false);
      // What was refused started nothing, and the next request is another one.
      if (IceApiError.is(failure) && failure.status !== 0) key.current = undefined;
    }
  };
  useKeys({ "mod+Enter": () => void start() });
  return (
    <div className="answer">
      <div className="scroll">
        <form
          className="form"
          aria-label="Inputs"
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <h2>Start a run</h2>
          {form.kind === "group" && form.fields.length === 0 && <p className="quiet">It takes no inputs.</p>}
          <SchemaForm field={form} value={entered} onChange={setEntered} problems={problems} />
          {error !== undefined && <Notice error={error} />}
          {IceApiError.is(error) &&
            error.issues.map((issue) => (
              <p key={`${issue.path} ${issue.message}`} className="meta">
                <code>{issue.path}</code> {issue.message}
              </p>
            ))}
        </form>
      </div>
      <div className="form-end">
        <Button
          look="primary"
          hint={keyName("mod+Enter")}
          disabled={isSending || lack !== undefined}
          onClick={() => void start()}
        >
          Start
        </Button>
        {lack !== undefined && <span className="quiet">{lack}</span>}
      </div>
    </div>
  );
}

/** Unlike `crypto.randomUUID`, this works on pages that were loaded without TLS. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
