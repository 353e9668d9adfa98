import { read } from "../api/http.ts";
import type { Task } from "../api/types.ts";
import type { Asked } from "../state/asked.ts";
import { useLoad } from "./use-load.ts";

/** The oldest open request of each run, as far as they are on the first page of requests. */
export function useAsked(isAsked: boolean): Asked {
  const { value } = useLoad(
    isAsked ? "asked" : undefined,
    (signal) => read<{ tasks: Task[] }>("/v1/tasks?limit=200", { signal }),
    isAsked ? 3000 : undefined,
  );
  return new Map(value?.tasks.toReversed().map((task) => [task.runId, task]));
}
