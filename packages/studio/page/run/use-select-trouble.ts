import { useCallback, useEffect, useState } from "react";
import type { LiveRun } from "../live/use-run.ts";

interface SelectTroubleOptions {
  readonly run: LiveRun;
  readonly at: string | undefined;
  readonly onSelect: (path: string | undefined) => void;
}

/**
 * While nothing is selected, selects what needs a look: a request, else the first failure. Nothing is selected again after a person
 * has removed the selection.
 *
 * @returns Removes the selection.
 */
export function useSelectTrouble({ run, at, onSelect }: SelectTroubleOptions): () => void {
  const [isRemoved, setRemoved] = useState(false);
  const trouble = troubleOf(run);
  useEffect(() => {
    if (at === undefined && !isRemoved && trouble !== undefined) onSelect(trouble);
  }, [at, isRemoved, trouble, onSelect]);
  return useCallback(() => {
    setRemoved(true);
    onSelect(undefined);
  }, [onSelect]);
}

/** The document says at once who is asked, before all events are here. */
function troubleOf({ document, view }: LiveRun): string | undefined {
  if (document.value === undefined) return undefined;
  const asked = document.value.waiting?.find(({ kind }) => kind === "human");
  if (asked !== undefined) return asked.path;
  return [...view.nodes.values()].find(({ state }) => state === "failed")?.path;
}
