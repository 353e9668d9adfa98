import type { RunEvent } from "@ice/core";

/** Shows the nodes of a run while it runs. */
export interface Progress {
  /** @param path - where the node of the event is shown. */
  onEvent(event: RunEvent, path: string | undefined): void;
  /** Takes what is live off the screen, so that something else may stand there. Events may follow later. */
  end(): void;
}
