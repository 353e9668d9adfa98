/** The lines of a request without a body. */
export const lines = (...all: string[]): string => `${[...all, "connection: close"].join("\r\n")}\r\n\r\n`;
/** The line that every request needs. */
export const host = "host: localhost";
/** The status lines of all answers in what a connection has received. */
export const statusesOf = (answer: string): readonly string[] => answer.match(/HTTP\/1\.1 \d+/g) ?? [];
