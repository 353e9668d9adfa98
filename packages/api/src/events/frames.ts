import type { FeedEvent } from "@ice/core";
import { formatPosition, type ObservedStatus, type Position } from "@ice/core";

// The frames of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

/** How long a browser waits before it connects again. */
export const retryFrame = "retry: 1000\n\n";

/** An event of the journal. Only these have ids, so a browser that reconnects misses none. */
export const eventFrame = ({ position, ...event }: FeedEvent): string =>
  `id: ${formatPosition(position)}\ndata: ${JSON.stringify(event)}\n\n`;

/** Something that happens in this process and has no record. */
export const liveFrame = (event: object): string => `event: live\ndata: ${JSON.stringify(event)}\n\n`;

/** The status of the run, at a change and from time to time. */
export const statusFrame = (status: ObservedStatus, position: Position): string =>
  `event: status\ndata: ${JSON.stringify({ status, position: formatPosition(position) })}\n\n`;

/** The end of the run, after its last event. */
export const endFrame = (status: ObservedStatus): string => `event: end\ndata: ${JSON.stringify({ status })}\n\n`;
