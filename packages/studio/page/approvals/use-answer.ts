import { useMemo, useRef, useState, type FormEvent } from "react";
import { ApiError, send } from "../api/http.ts";
import type { JsonObject, Me, Task } from "../api/types.ts";
import { initialOf, type Entered, type Field } from "../forms/fields.ts";
import { useForm } from "../forms/use-form.ts";
import { answererOf, type Answerer } from "./answerer.ts";
import { reportAnswer } from "../live/answer-news.ts";
import { answerBody, formOf } from "./request-form.ts";

interface AnswerOptions {
  readonly task: Task;
  readonly me: Me;
  /** The request is closed: by this answer, or by one that was first. */
  readonly onClosed: (how: "sent" | "late") => void;
  /** An answer is on its way: from now on this form shows its outcome. */
  readonly onSending?: (() => void) | undefined;
}

/** An answer that the server has taken. */
export interface SentAnswer {
  readonly at: number;
  readonly body: JsonObject;
}

interface Answer {
  readonly form: Field;
  readonly entered: Entered;
  readonly setEntered: (change: Entered | ((before: Entered) => Entered)) => void;
  readonly problems: ReadonlyMap<string, string>;
  readonly answerer: Answerer;
  /** Who answers; undefined until it is chosen. */
  readonly person: string | undefined;
  readonly setPerson: (person: string | undefined) => void;
  readonly needsPerson: boolean;
  /** What is sent; undefined as long as nothing was entered. */
  readonly body: JsonObject | undefined;
  readonly failure: unknown;
  readonly sent: SentAnswer | undefined;
  /** Whether nothing can be sent: it is on its way, was taken, or came too late. */
  readonly isBusy: boolean;
  readonly submit: (event?: FormEvent) => Promise<void>;
}

/** What is entered, who answers, and sending it. */
export function useAnswer({ task, me, onClosed, onSending }: AnswerOptions): Answer {
  const form = useMemo(() => formOf(task), [task]);
  const { entered, setEntered, value, problems, check } = useForm(form, () => initialOf(form));
  const answerer = answererOf(task, me);
  const [chosen, setPerson] = useState<string>();
  const [wasTried, setTried] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [sent, setSent] = useState<SentAnswer>();
  const [isBusy, setBusy] = useState(false);
  const isSending = useRef(false);
  const person = answerer.kind === "self" ? me.name : chosen;
  const body = value === undefined ? undefined : answerBody(task, form, value);
  const submit = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    setTried(true);
    if (!check() || body === undefined || person === undefined || isSending.current) return;
    isSending.current = true;
    setBusy(true);
    onSending?.();
    setFailure(undefined);
    try {
      const json = { ...body, ...(answerer.kind === "for" && { as: person }) };
      await send(`/v1/tasks/${encodeURIComponent(task.token ?? "")}`, { json });
      setSent({ at: Date.now(), body });
      onClosed("sent");
      reportAnswer();
    } catch (error) {
      setFailure(error);
      // Sent again only if the server has taken no answer, and could take this one later.
      const isClosed = error instanceof ApiError && error.status === 409;
      if (isClosed) return onClosed("late");
      isSending.current = false;
      setBusy(false);
    }
  };
  const needsPerson = wasTried && person === undefined;
  return {
    form,
    entered,
    setEntered,
    problems,
    answerer,
    person,
    setPerson,
    needsPerson,
    body,
    failure,
    sent,
    isBusy,
    submit,
  };
}
