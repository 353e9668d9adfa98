const pattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Most names that one node waits for. */
export const maxSignalNames = 16;

/** Whether a text can be the name of a signal: letters, digits and `._:-`, starting with a letter or digit, at most 128. */
export const isSignalName = (name: unknown): name is string => typeof name === "string" && pattern.test(name);
