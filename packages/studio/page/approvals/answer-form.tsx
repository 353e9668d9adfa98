import { useRef, useState, type ReactNode } from "react";
import type { Me, Task } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { keyName } from "../controls/key-name.ts";
import { numberedField, withChoice } from "../forms/fields.ts";
import { SchemaForm } from "../forms/schema-form.tsx";
import { useKeys } from "../router/keys.ts";
import { focusFirst, useAnswerFocus } from "./answer-focus.ts";
import { AnswerFailure, SentNote } from "./answer-outcome.tsx";
import { AnswererField } from "./answerer-field.tsx";
import { useAnswer } from "./use-answer.ts";

interface AnswerFormProps {
  readonly task: Task;
  /** Who is signed in. */
  readonly me: Me;
  /** The request is closed: by this answer, or by one that was first. */
  readonly onClosed: (how: "sent" | "late") => void;
  /** An answer is on its way: from now on this form shows its outcome. */
  readonly onSending?: (() => void) | undefined;
  /** What can be done after an answer. */
  readonly after?: ReactNode;
  readonly children?: ReactNode;
}

/** The text and the form that the token binds. An answer is sent once; if another one was first, it says whose. */
export function AnswerForm({ task, me, onClosed, onSending, after, children }: AnswerFormProps): ReactNode {
  const answer = useAnswer({ task, me, onClosed, onSending });
  const { form, entered, setEntered, problems, answerer, person, failure, sent, isBusy, submit, body } = answer;
  const [preview, setPreview] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const numbered = numberedField(form);
  const choose = (option: unknown): void => {
    if (!isBusy) setEntered((before) => withChoice(before, numbered!.path, JSON.stringify(option)));
  };
  useAnswerFocus(task.path, element);
  useKeys({
    "mod+Enter": () => void submit(),
    a: (event) => {
      event.preventDefault();
      focusFirst(element.current);
    },
    ...Object.fromEntries((numbered?.options ?? []).map((option, index) => [`${index + 1}`, () => choose(option)])),
  });
  if (sent !== undefined)
    return (
      <div className="scroll form">
        <div className="question">
          <p>{task.promptMessage}</p>
        </div>
        <SentNote sent={sent} person={person} isForOther={answerer.kind === "for"} />
        {after}
      </div>
    );
  return (
    <>
      <div className="scroll">
        <form
          ref={element}
          className="form"
          aria-label={`Answer ${task.path}`}
          onSubmit={(event) => void submit(event)}
        >
          <div className="question">
            <p>{task.promptMessage}</p>
            <span className="meta">
              <Icon name="lock" />
              You answer exactly this text and form
            </span>
          </div>
          {failure !== undefined && <AnswerFailure error={failure} />}
          <fieldset className="form bare" disabled={isBusy}>
            <SchemaForm
              field={form}
              value={entered}
              onChange={setEntered}
              problems={problems}
              numbered={numbered?.path}
            />
            {task.token === undefined ? (
              <p className="answer-note" data-state="waiting">
                Your token does not have the scope respond, so you can read this request, but not answer it.
              </p>
            ) : (
              <AnswererField {...answer} me={me.name} onChange={answer.setPerson} />
            )}
          </fieldset>
          {preview && body !== undefined && <JsonText value={body} name="answer" />}
          {children}
        </form>
      </div>
      <div className="form-end">
        <Button
          look="primary"
          hint={keyName("mod+Enter")}
          disabled={isBusy || task.token === undefined || answerer.kind === "none"}
          onClick={() => void submit()}
        >
          Send answer
        </Button>
        <Button aria-pressed={preview} onClick={() => setPreview(!preview)}>
          Preview JSON
        </Button>
        {task.token !== undefined && person !== undefined && (
          <span className="quiet answering" title={person}>
            <span className="visually-hidden">answering </span>
            {answerer.kind === "for" ? "for" : "as"} <strong>{person}</strong>
          </span>
        )}
      </div>
    </>
  );
}
