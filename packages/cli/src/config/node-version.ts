/** The oldest major version of Node that ice runs on. */
export const minNodeVersion = 24;

/** @param running - `20.20.2`. */
export const isNodeTooOld = (running: string): boolean => Number(running.split(".")[0]) < minNodeVersion;

/** The message for a Node that is too old. */
export const nodeTooOld = (running: string): string =>
  `ice needs Node ${minNodeVersion} or newer, but this is Node ${running}.\nfix: install Node ${minNodeVersion}, from https://nodejs.org or with the version manager that you use, for example: nvm install ${minNodeVersion}\n`;
