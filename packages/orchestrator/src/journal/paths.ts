/** The scope that contains the node at `path`. */
export const prefixOf = (path: string): string => path.slice(0, path.lastIndexOf(".") + 1);
