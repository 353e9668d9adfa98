import { useEffect, useRef, type ReactNode } from "react";
import { ApiError } from "../api/http.ts";
import { Notice } from "../controls/controls.tsx";
import { formatTime } from "../format/format.ts";
import type { SentAnswer } from "./use-answer.ts";

interface SentNoteProps {
  readonly sent: SentAnswer;
  readonly person: string | undefined;
  /** The person is not the one who is signed in. */
  readonly isForOther: boolean;
}

/** The answer was recorded. The focus is here, not on a form that is gone. */
export function SentNote({ sent: { at, body }, person, isForOther }: SentNoteProps): ReactNode {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => note.current?.focus(), []);
  return (
    <div ref={note} className="answer-note" data-state="completed" role="status" tabIndex={-1}>
      <strong>Answer sent</strong> at {formatTime(at)} {isForOther ? "for" : "as"} {person}:{" "}
      <code>{JSON.stringify(body)}</code>. The run continues.
    </div>
  );
}

interface First {
  readonly by?: string;
  readonly at?: number;
  readonly answer?: unknown;
}

/** Why an answer was not recorded. If another one was first: whose, when and what. */
export function AnswerFailure({ error }: { readonly error: unknown }): ReactNode {
  const first = error instanceof ApiError && error.status === 409 ? firstOf(error) : undefined;
  if (first === undefined) return <Notice error={error} />;
  return (
    <div className="answer-note" data-state="waiting" role="alert">
      <strong>{first.by ?? "Someone"} answered first</strong>
      {first.at !== undefined && ` at ${formatTime(first.at)}`}: <code>{JSON.stringify(first.answer)}</code>. Your
      answer was not recorded.
    </div>
  );
}

const firstOf = ({ details }: ApiError): First | undefined => details["first"] as First | undefined;
