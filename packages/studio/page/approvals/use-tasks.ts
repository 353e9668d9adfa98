import { useCallback, useState } from "react";
import { read } from "../api/http.ts";
import type { Task } from "../api/types.ts";
import { useLoad } from "../live/use-load.ts";

/** A page of open requests. */
export interface TaskPage {
  readonly tasks: readonly Task[];
  readonly next: string | null;
}

interface Tasks {
  readonly tasks: readonly Task[];
  readonly isLoaded: boolean;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly error: unknown;
  readonly reload: () => void;
}

const pageSize = 200;

/** The open requests, the oldest first: as many pages as were asked for. They are read again every three seconds. */
export function useTasks(): Tasks {
  const [pages, setPages] = useState(1);
  // The key stays, so that what is there stays while more is read.
  const { value, error, reload } = useLoad("tasks", (signal) => readPages(pages, signal), 3000);
  const loadMore = useCallback(() => {
    setPages((before) => before + 1);
    reload();
  }, [reload]);
  const tasks = value?.tasks ?? [];
  return {
    tasks,
    isLoaded: value !== undefined,
    hasMore: value?.next !== undefined && value.next !== null,
    isLoadingMore: value !== undefined && value.pages < pages,
    loadMore,
    error,
    reload,
  };
}

async function readPages(most: number, signal: AbortSignal): Promise<TaskPage & { readonly pages: number }> {
  const tasks: Task[] = [];
  let next: string | null = null;
  for (let page = 0; page < most; page += 1) {
    const cursor: string = next === null ? "" : `&cursor=${encodeURIComponent(next)}`;
    const answer: TaskPage = await read<TaskPage>(`/v1/tasks?limit=${pageSize}${cursor}`, { signal });
    tasks.push(...answer.tasks);
    next = answer.next;
    if (next === null) break;
  }
  return { tasks, next, pages: most };
}
