/** Finds a service of type `T` in a runtime. The key of a contract has the contract's own name. */
export interface ServiceKey<T> {
  readonly name: string;
  /** Type only: never set. */
  readonly service?: T;
}

/** @param name - unique in a runtime, camelCase, e.g. `toolExecutionService`. Two keys of one name are the same key. */
export const serviceKey = <T>(name: string): ServiceKey<T> => ({ name });
