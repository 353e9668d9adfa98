import type { RunEvent } from "@ice/core";

/** Shows the nodes of a run while it runs. */
export interface Progress {
  /** @param path - where the node of the event is shown. */
  onEvent(event: RunEvent, path: string | undefined): void;
  /** Removes the nodes in flight from the screen, so that other text can be written. Events may follow later. */
  end(): void;
}
