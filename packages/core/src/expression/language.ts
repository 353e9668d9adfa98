import { Environment, type ASTNode } from "@marcbachmann/cel-js";
import { registerFunctions } from "./functions.ts";
import { expressionLimits } from "./limits.ts";
import { Meter, sizeOf } from "./meter.ts";
import { guards, rewrite } from "./rewrite.ts";

/** CEL as ice speaks it. One is enough for a process; it holds no data between evaluations. */
export interface Language {
  parse(source: string): ASTNode;
  /** Compiles a checked syntax tree. @throws what CEL's type check throws. */
  compile(ast: ASTNode): {
    /** Type of the result (`int`, `list<string>`, …), where CEL knows it. */
    readonly type: string | undefined;
    readonly run: (context: Record<string, unknown>, meter: Meter) => unknown;
  };
}

const options = {
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
} as const;

export function createLanguage(): Language {
  // Reads what authors write, within the limits of the guard (a little more, so that the guard can say which one).
  const reader = new Environment({
    ...options,
    limits: { maxAstNodes: 2 * expressionLimits.syntaxNodes, maxDepth: 200 },
  });
  const runner = new Environment({ ...options, limits: { maxAstNodes: 100_000, maxDepth: 1000 } });
  let meter = new Meter();
  registerGuards(runner, () => meter);
  registerFunctions(runner, () => meter);
  registerMixedArithmetic(runner);
  return {
    parse: (source) => reader.parse(source).ast,
    compile(ast) {
      const program = runner.parse(rewrite(ast));
      const check = program.check();
      if (!check.valid) throw check.error ?? new Error("it does not type-check");
      return {
        // An optional may hold anything, and gives what it holds.
        type: check.type === undefined || /^(?:dyn|optional)\b/.test(check.type) ? undefined : check.type,
        run(context, own) {
          meter = own;
          return program(context) as unknown;
        },
      };
    },
  };
}

/** JSON numbers are doubles, literals are integers: they mix, and a mix is a double. */
function registerMixedArithmetic(environment: Environment): void {
  const operators: Record<string, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(operators)) {
    const handler = (a: number | bigint, b: number | bigint): number => apply(Number(a), Number(b));
    environment.registerOperator(`int ${operator} double: double`, handler);
    environment.registerOperator(`double ${operator} int: double`, handler);
  }
  environment.registerOperator("double % double: double", (a: number, b: number) => a % b);
}

/** The functions that the rewriting puts around what could be large. */
function registerGuards(environment: Environment, meter: () => Meter): void {
  environment.registerFunction(`${guards.items}(dyn): dyn`, (value: unknown) => {
    meter().steps(sizeOf(value));
    return value;
  });
  environment.registerFunction(`${guards.work}(dyn): dyn`, (value: unknown) => {
    meter().work(sizeOf(value));
    return value;
  });
  environment.registerFunction(`${guards.whole}(dyn): dyn`, (value: unknown) => {
    if (typeof value === "object" || typeof value === "string") meter().workOn(value);
    return value;
  });
  environment.registerFunction(`${guards.members}(dyn): dyn`, (value: unknown) => {
    if (Array.isArray(value)) meter().workOn(value);
    return value;
  });
  environment.registerFunction(`${guards.built}(dyn): dyn`, (value: unknown) => {
    if (typeof value !== "number" && typeof value !== "bigint") meter().built(sizeOf(value));
    return value;
  });
  environment.registerFunction(`${guards.index}(dyn): dyn`, (value: unknown) =>
    typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value,
  );
}
