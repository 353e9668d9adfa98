import mittModule, { type Emitter } from "mitt";

export type { Emitter } from "mitt";

// mitt 3.0.1 types its ESM entry as CommonJS: under nodenext the default import is typed as the namespace.
const mitt: typeof mittModule.default = mittModule as unknown as typeof mittModule.default;

/** The only file that imports mitt. */
export const createEmitter = <Events extends Record<string | symbol, unknown>>(): Emitter<Events> => mitt<Events>();
