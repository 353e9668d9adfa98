/** The id of the answer to a request. The first answer with this id counts. */
export const answerId = (path: string, request: number): string => `${path}#${request}`;
