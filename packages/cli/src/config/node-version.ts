/** The oldest major version of Node that ice runs on. */
export const leastNode = 24;

/** @param running - `20.20.2`. */
export const isNodeTooOld = (running: string): boolean => Number(running.split(".")[0]) < leastNode;

/** What a person reads who starts ice with an old Node. */
export const nodeTooOld = (running: string): string =>
  `ice needs Node ${leastNode} or newer, but this is Node ${running}.\nfix: install Node ${leastNode}, from https://nodejs.org or with the version manager that you use, for example: nvm install ${leastNode}\n`;
