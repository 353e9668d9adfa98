/** Keys that ice reads nowhere: as data they are useless, and as an attack they reach for prototypes. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
