import { useMemo, useRef, useState, type FormEvent, type ReactNode } from "react";
import { ApiError, send } from "../api/http.ts";
import type { Task } from "../api/types.ts";
import { Button, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { collect } from "../forms/collect.ts";
import { initialOf, numberedField, withChoice } from "../forms/fields.ts";
import { SchemaForm } from "../forms/schema-form.tsx";
import { formatTime } from "../format/format.ts";
import { useKeys } from "../router/keys.ts";
import { answerBody, formOf } from "./request-form.ts";

interface AnswerFormProps {
  readonly task: Task;
  /** Who answers. */
  readonly by: string;
  readonly onAnswered: () => void;
  /** An answer is on its way: from now on this form shows its outcome. */
  readonly onSending?: (() => void) | undefined;
  /** Another answer was first, or the request has ended in another way. */
  readonly onClosed?: (() => void) | undefined;
  readonly children?: ReactNode;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** The text and the form that the token binds. An answer is sent once; if another one was first, it says whose. */
export function AnswerForm({ task, by, onAnswered, onSending, onClosed, children }: AnswerFormProps): ReactNode {
  const answer = useAnswer({ task, by, onAnswered, onSending, onClosed });
  const { form, entered, setEntered, problems, failure, submit, body } = answer;
  const [preview, setPreview] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const numbered = numberedField(form);
  const isClosed = answer.isSent && failure !== undefined;
  useKeys({
    "mod+Enter": () => void submit(),
    a: (event) => {
      event.preventDefault();
      focusFirst(element.current);
    },
    ...Object.fromEntries(
      (numbered?.options ?? []).map((option, index) => [
        String(index + 1),
        () => !isClosed && setEntered((before) => withChoice(before, numbered!.path, JSON.stringify(option))),
      ]),
    ),
  });
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
          <fieldset disabled={isClosed}>
            <SchemaForm
              field={form}
              value={entered}
              onChange={setEntered}
              problems={problems}
              numbered={numbered?.path}
            />
          </fieldset>
          {preview && body !== undefined && <JsonText value={body} name="answer" />}
          {children}
        </form>
      </div>
      {!isClosed && (
        <div className="form-end">
          <Button
            look="primary"
            hint="⌘↵"
            disabled={answer.isSent || task.token === undefined}
            onClick={() => void submit()}
          >
            Send answer
          </Button>
          <Button aria-pressed={preview} onClick={() => setPreview(!preview)}>
            Preview JSON
          </Button>
          {task.token === undefined && <span>Your token may not answer: it lacks the scope respond.</span>}
          <Answerer task={task} by={by} person={answer.person} onChange={answer.setPerson} />
        </div>
      )}
    </>
  );
}

/** Focuses the first field; of a choice that is made, what is chosen. */
function focusFirst(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLInputElement>("input, textarea, select");
  const chosen = first?.type === "radio" ? form?.querySelector<HTMLElement>(`[name="${first.name}"]:checked`) : null;
  (chosen ?? first)?.focus();
}

/** What is entered, who answers, and sending it. */
function useAnswer({ task, by, onAnswered, onSending, onClosed }: Omit<AnswerFormProps, "children">) {
  const form = useMemo(() => formOf(task), [task]);
  const [entered, setEntered] = useState(() => initialOf(form));
  const [problems, setProblems] = useState(nothing);
  const [person, setPerson] = useState(() => (task.assignees.includes(by) ? by : (task.assignees[0] ?? by)));
  const [failure, setFailure] = useState<unknown>();
  const [isSent, setSent] = useState(false);
  const isSending = useRef(false);
  const { value, problems: missing } = collect(form, entered);
  const submit = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    setProblems(missing);
    if (missing.size > 0 || value === undefined || isSending.current) return;
    isSending.current = true;
    setSent(true);
    onSending?.();
    setFailure(undefined);
    try {
      const json = { ...answerBody(task, form, value), ...(person !== by && { as: person }) };
      await send(`/v1/tasks/${encodeURIComponent(task.token ?? "")}`, { json });
      onAnswered();
    } catch (error) {
      setFailure(error);
      // Sent again only if the server has taken no answer, and could take this one later.
      if (error instanceof ApiError && error.status === 409) return onClosed?.();
      isSending.current = false;
      setSent(false);
    }
  };
  const body = value === undefined ? undefined : answerBody(task, form, value);
  return { form, entered, setEntered, problems, person, setPerson, failure, isSent, submit, body };
}

interface AnswererProps {
  readonly task: Task;
  readonly by: string;
  readonly person: string;
  readonly onChange: (person: string) => void;
}

/** Who answers: the owner of the token, or one of those who were asked. */
const Answerer = ({ task: { assignees }, by, person, onChange }: AnswererProps): ReactNode => (
  <span className="quiet">
    answering as{" "}
    {assignees.length > 1 && !assignees.includes(by) ? (
      <select
        className="input small"
        aria-label="Who answers"
        value={person}
        onChange={(event) => onChange(event.target.value)}
      >
        {assignees.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    ) : (
      <strong>{person}</strong>
    )}
  </span>
);

interface First {
  readonly by?: string;
  readonly at?: number;
  readonly answer?: unknown;
}

/** Another answer was first: whose, when and what. */
function AnswerFailure({ error }: { readonly error: unknown }): ReactNode {
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
