import { createContext, useContext, useEffect, type RefObject } from "react";

/** Path of the request whose form takes the focus as soon as it is there: a person has asked for it. */
export const AnswerFocus = createContext<RefObject<string | undefined> | undefined>(undefined);

/** Gives the focus to a form once, if it was asked for. */
export function useAnswerFocus(path: string, form: RefObject<HTMLFormElement | null>): void {
  const wanted = useContext(AnswerFocus);
  useEffect(() => {
    if (wanted?.current !== path) return;
    wanted.current = undefined;
    focusFirst(form.current);
  }, [wanted, path, form]);
}

/** Focuses the first field; of a choice that is made, what is chosen. */
export function focusFirst(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLInputElement>("input, textarea, select, [data-add]");
  const chosen = first?.type === "radio" ? form?.querySelector<HTMLElement>(`[name="${first.name}"]:checked`) : null;
  (chosen ?? first)?.focus();
}
