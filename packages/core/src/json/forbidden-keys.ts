/** Keys that ice does not accept: they are useless as data, and attacks use them to change prototypes. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
