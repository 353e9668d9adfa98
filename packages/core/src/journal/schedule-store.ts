/** Keeps for each schedule of a tenant which of its times was handled last, so that none is handled twice or forgotten. */
export interface ScheduleStore {
  /** The last time of a schedule that was handled, in epoch milliseconds; undefined if there was none. */
  lastDue(name: string): Promise<number | undefined>;
  /** Notes a time as handled. An earlier one than the last has no effect. @throws IceError `ICE_STORE_*`. */
  setLastDue(name: string, at: number): Promise<void>;
}
