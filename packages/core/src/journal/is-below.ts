/** Whether a path, or the prefix of a scope, is inside the node at `container`. */
export const isBelow = (path: string, container: string): boolean =>
  path.startsWith(container) && (path[container.length] === "." || path[container.length] === "[");
