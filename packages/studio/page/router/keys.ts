import { useEffect } from "react";

/** Keys by name: `j`, `Enter`, `[`, `mod+k` (⌘ or Ctrl). */
export type Keys = Readonly<Record<string, ((event: KeyboardEvent) => void) | undefined>>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === "TEXTAREA" ||
    target.tagName === "SELECT" ||
    (target instanceof HTMLInputElement && !["radio", "checkbox", "button"].includes(target.type)));

/** Acts on keys, unless a person types text (`mod+…` and Escape act then too), or a dialog is open. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isModified = event.metaKey || event.ctrlKey;
      const name = (isModified ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
      const act = keys[name];
      if (act === undefined || event.defaultPrevented || event.altKey) return;
      if (!isModified && event.key !== "Escape" && isTyping(event.target)) return;
      if (document.querySelector("dialog[open]") !== null && name !== "mod+k") return;
      act(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}
