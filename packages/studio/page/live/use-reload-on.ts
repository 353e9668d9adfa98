import { useEffect, useRef } from "react";

/** Loads again when a value changes, but not at first. What was there stays until then. */
export function useReloadOn(reload: () => void, value: unknown): void {
  const seen = useRef(value);
  useEffect(() => {
    if (seen.current === value) return;
    seen.current = value;
    reload();
  }, [reload, value]);
}
