/** Whether a value is a text with an expression in it, so that only its evaluation shows what it is. */
export const isTemplate = (value: unknown): boolean => typeof value === "string" && value.includes("{{");
