import { useMemo, useRef, useState, type ReactNode } from "react";
import { send } from "../api/http.ts";
import type { JsonObject, WaitingNode } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { fieldOf, initialOf } from "../forms/fields.ts";
import { SchemaForm } from "../forms/schema-form.tsx";
import { useForm } from "../forms/use-form.ts";
import { formatDuration, formatMoment } from "../format/format.ts";
import { useLack } from "../live/me.ts";

interface WaitPanelProps {
  readonly runId: string;
  readonly waiting: WaitingNode;
  /** Of the node that waits. */
  readonly config: JsonObject | undefined;
  readonly now: number;
}

/** What a node waits for: a time, counted down, and signals, with a form that sends one. */
export function WaitPanel({ runId, waiting, config, now }: WaitPanelProps): ReactNode {
  const { signals = [], resumeAt, expiresAt } = waiting;
  return (
    <>
      {typeof resumeAt === "number" && <Countdown to={resumeAt} now={now} what="Continues" />}
      {typeof expiresAt === "number" && <Countdown to={expiresAt} now={now} what="Fails" />}
      {signals.length > 0 && <SignalForm runId={runId} signals={signals} schema={schemaOf(config)} />}
    </>
  );
}

interface CountdownProps {
  readonly to: number;
  readonly now: number;
  readonly what: string;
}

const Countdown = ({ to, now, what }: CountdownProps): ReactNode => (
  <div className="countdown" role="timer" aria-live="off">
    <Icon name="clock" />
    <strong>{to > now ? formatDuration(to - now) : "now"}</strong>
    <span className="quiet">
      {what} at {formatMoment(to, now)}
    </span>
  </div>
);

function schemaOf(config: JsonObject | undefined): JsonObject | undefined {
  const schema = config?.["payloadSchema"];
  return typeof schema === "object" && schema !== null && !Array.isArray(schema) ? (schema as JsonObject) : undefined;
}

interface SignalFormProps {
  readonly runId: string;
  readonly signals: readonly string[];
  readonly schema: JsonObject | undefined;
}

/** Sends a signal that the node waits for. A repeated try has the same id, so it is no second signal. */
function SignalForm({ runId, signals, schema }: SignalFormProps): ReactNode {
  const form = useMemo(() => fieldOf(schema ?? {}, "Payload", schema !== undefined), [schema]);
  const [name, setName] = useState(signals[0]!);
  const { entered, setEntered, value, problems, check } = useForm(form, () => initialOf(form));
  const lack = useLack("signal");
  const [error, setError] = useState<unknown>();
  const [state, setState] = useState<"open" | "sending" | "sent">("open");
  const id = useRef(crypto.randomUUID());
  const submit = async (): Promise<void> => {
    if (!check() || state !== "open" || lack !== undefined) return;
    setState("sending");
    setError(undefined);
    try {
      const json = { id: id.current, ...(value !== undefined && { payload: value }) };
      await send(`/v1/runs/${encodeURIComponent(runId)}/signals/${encodeURIComponent(name)}`, { json });
      setState("sent");
    } catch (failure) {
      setError(failure);
      setState("open");
    }
  };
  if (state === "sent") return <p role="status">The signal {name} is sent.</p>;
  return (
    <form
      className="form"
      aria-label="Send a signal"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h3>Waits for the signal {signals.join(" or ")}</h3>
      {signals.length > 1 && (
        <label className="field">
          <span>Signal</span>
          <select aria-label="Signal" className="input" value={name} onChange={(event) => setName(event.target.value)}>
            {signals.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      <SchemaForm field={form} value={entered} onChange={setEntered} problems={problems} />
      {error !== undefined && <Notice error={error} />}
      <div>
        <Button type="submit" look="primary" disabled={state !== "open" || lack !== undefined}>
          Send signal
        </Button>{" "}
        {lack !== undefined && <span className="quiet">{lack}</span>}
      </div>
    </form>
  );
}
