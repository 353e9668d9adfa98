/** Id of the one answer to a request. Of several answers the first one counts. */
export const answerId = (path: string, request: number): string => `${path}#${request}`;
