import { useId, type ReactNode } from "react";
import type { Answerer } from "./answerer.ts";

interface AnswererFieldProps {
  readonly answerer: Answerer;
  /** Who is signed in. */
  readonly me: string;
  readonly person: string | undefined;
  readonly onChange: (person: string | undefined) => void;
  /** Whether it was tried to send an answer without a person. */
  readonly needsPerson: boolean;
}

/** In whose name a person answers, if not in their own. It is never chosen beforehand. */
export function AnswererField({ answerer, me, person, onChange, needsPerson }: AnswererFieldProps): ReactNode {
  const id = useId();
  if (answerer.kind === "self") return null;
  const names = answerer.people.join(" or ");
  if (answerer.kind === "none")
    return (
      <p className="answer-note" data-state="waiting">
        Only {names} can answer. You are signed in as {me}, and your token does not have the scope act-as.
      </p>
    );
  return (
    <div className="field">
      <label htmlFor={id}>
        Answer for
        <span className="need"> required</span>
      </label>
      <select
        id={id}
        className="input"
        value={person ?? ""}
        aria-invalid={needsPerson}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      >
        <option value="">Choose…</option>
        {answerer.people.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <span id={`${id}-about`} className="meta">
        You are signed in as {me}, who was not asked. The run will record the chosen name only.
      </span>
      {needsPerson && (
        <span className="problem" role="alert">
          Choose for whom you answer.
        </span>
      )}
    </div>
  );
}
