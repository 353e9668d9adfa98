import { useLayoutEffect, useRef } from "react";

/** Keys by name: `j`, `Enter`, `[`, `mod+k` (⌘ or Ctrl). */
export type Keys = Readonly<Record<string, ((event: KeyboardEvent) => void) | undefined>>;

/** What listens, the newest last: a form that has come later has its keys before the page around it. */
const listeners: { readonly current: Keys }[] = [];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === "TEXTAREA" ||
    target.tagName === "SELECT" ||
    (target instanceof HTMLInputElement && !["radio", "checkbox", "button"].includes(target.type)));

/** Controls of a form take no letters for themselves, but a person may believe to be in a field. Numbers choose options. */
const isInForm = (target: EventTarget | null, key: string): boolean =>
  target instanceof HTMLElement &&
  key.length === 1 &&
  target.closest("form") !== null &&
  !(/\d/.test(key) && target.closest("[data-numbered]") !== null);

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const isModified = event.metaKey || event.ctrlKey;
  const name = (isModified ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!isModified && event.key !== "Escape" && (isTyping(event.target) || isInForm(event.target, event.key))) return;
  if (document.querySelector("dialog[open]") !== null) return;
  listeners.findLast(({ current }) => current[name] !== undefined)?.current[name]?.(event);
}

/** Acts on keys, unless a person types text (`mod+…` and Escape act then too) or a dialog is open. Letters do nothing in a form. */
export function useKeys(keys: Keys): void {
  const own = useRef(keys);
  // Both before it is painted: a key acts on what is seen.
  useLayoutEffect(() => {
    own.current = keys;
  });
  useLayoutEffect(() => {
    if (listeners.push(own) === 1) window.addEventListener("keydown", listen);
    return () => {
      listeners.splice(listeners.indexOf(own), 1);
      if (listeners.length === 0) window.removeEventListener("keydown", listen);
    };
  }, []);
}
