import { describeSuspendedTimers } from "./suspended-timers.ts";

// 200 bytes for each: less than the id of a run and a number would need.
describeSuspendedTimers(10_000, { heapBytes: 2_000_000 });
