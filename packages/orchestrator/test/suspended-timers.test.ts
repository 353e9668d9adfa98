import { describeSuspendedTimers } from "./suspended-timers.ts";

describeSuspendedTimers(300, { heapBytes: 2_000_000 });
