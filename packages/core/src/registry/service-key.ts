/** The key of a service of type `T` in a runtime. The key of a contract has the same name as the contract. */
export interface ServiceKey<T> {
  readonly name: string;
  /** For types only: never set. */
  readonly service?: T;
}

/**
 * Creates a service key.
 *
 * @param name - unique in a runtime, camelCase, e.g. `toolExecutionService`. Two keys with the same name are the same key.
 */
export const serviceKey = <T>(name: string): ServiceKey<T> => ({ name });
