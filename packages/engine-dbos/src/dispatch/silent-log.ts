/** DBOS writes its log to the terminal by default; what concerns a user comes as an error of ice. */
export const silentLog = { info() {}, debug() {}, warn() {}, error() {} };
