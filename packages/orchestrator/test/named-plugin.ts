/** A plugin that has a name, and what else is given. */
export function named(name: string, setup: () => void | Promise<void> = () => {}, more: object = {}) {
  return { name, apiVersion: 1, needs: [], setup, ...more };
}
