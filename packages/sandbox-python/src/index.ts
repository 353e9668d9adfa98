// The interpreter
export { pythonInterpreter, type PythonInterpreter } from "./python-interpreter.ts";
