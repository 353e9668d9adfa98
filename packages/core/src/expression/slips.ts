/** Common mistakes of users of other languages, and how to write them in CEL. */
export interface Slip {
  /** Offset in the source. */
  readonly start: number;
  readonly what: string;
  readonly fix: string;
}

interface Habit {
  readonly pattern: RegExp;
  readonly what: string;
  /** How to write it, if the whole expression cannot be rewritten. */
  readonly write: string;
  /** Rewrites the expression, if its meaning is certain. */
  readonly by?: string;
}

/**
 * The first match is reported, so more specific patterns come first. String literals are blanked out. Each pattern is linear in
 * the source: no two repeated parts can match the same character.
 */
const habits: readonly Habit[] = [
  // Jinja, GitHub Actions, Helm, shells
  {
    pattern: /^\s*\$?\{\{-?([^]*?)-?\}\}\s*$/g,
    what: "An expression is written without `{{ }}` here",
    write: "remove the braces",
    by: "$1",
  },
  { pattern: /\{\{/, what: "`{{ }}` is not allowed inside an expression", write: "remove the braces" },
  {
    pattern: /^\s*[$#]\{([^]*?)\}\s*$/g,
    what: "An expression is written without braces here",
    write: "remove the braces",
    by: "$1",
  },
  { pattern: /\$\.?(?=[A-Za-z_])/g, what: "A name is written without `$`", write: "write `inputs.x`", by: "" },
  { pattern: /^-\s|\s-$/, what: "`{{-` and `-}}` are not supported", write: "remove the dashes" },
  {
    pattern: /^\s*(?:eq|ne|lt|le|gt|ge)\s/,
    what: "A comparison is written between its operands",
    write: "write `a == b`, `a != b`, `a < b`",
  },
  { pattern: /(?:^|[\s(,])\.(?=[A-Za-z_])/, what: "A name does not begin with a dot", write: "write `inputs.x`" },
  {
    pattern: /\bis\s+(?:not\s+)?(?:defined|none|null|undefined)\b/i,
    what: "There is no `is`",
    write: "write `has(inputs.x)`, or `inputs.x != null`",
  },
  {
    pattern: /(?<!\|)\|(?!\|)/,
    what: "There are no filters",
    write: "write a function, as in `size(x)`, `join(x, ', ')` or `a.?b.orValue(0)`; `||` is the logical or",
  },
  { pattern: /~/, what: "There is no `~`", write: "join strings with `+`: `'a' + string(x)`" },
  // Python
  { pattern: /\bnot\s+in\b/, what: "There is no `not in`", write: "write `!(x in list)`" },
  { pattern: /\bif\b/, what: "There is no `if`", write: "write `condition ? a : b`" },
  { pattern: /\bfor\b/, what: "There is no `for`", write: "write `list.map(x, x + 1)`, or `list.filter(x, x > 0)`" },
  {
    pattern: /\blambda\b|=>|->/,
    what: "Functions cannot be defined in an expression",
    write: "write `list.map(x, x + 1)`, or `list.filter(x, x > 0)`",
  },
  { pattern: /\bnot\b/, what: "There is no `not`", write: "write `!x`, or `!(x == 1)`" },
  { pattern: /\band\b/g, what: "There is no `and`", write: "write `&&`", by: "&&" },
  { pattern: /\bor\b/g, what: "There is no `or`", write: "write `||`", by: "||" },
  { pattern: /\bxor\b/, what: "There is no `xor`", write: "write `a != b`" },
  {
    pattern: /([+\-*/%])=(?!=)/g,
    what: "Assignments are not supported",
    write: "write the new value, as in `a.n + 1`",
    by: "$1",
  },
  { pattern: /\+\+\s*$/g, what: "There is no `++`", write: "write the new value", by: " + 1" },
  { pattern: /--\s*$/g, what: "There is no `--`", write: "write the new value", by: " - 1" },
  { pattern: /\+\+/, what: "There is no `++`", write: "write the new value, as in `a.n + 1`" },
  { pattern: /\*\*|\^/, what: "There is no power operator", write: "multiply: `x * x`" },
  { pattern: /\b[fF](?=["'])/, what: "There are no f-strings", write: "write `'a' + string(x)`" },
  // JavaScript, SQL
  { pattern: /([=!]=)=/g, what: "`===` and `!==` are not supported", write: "write `==` or `!=`", by: "$1" },
  { pattern: /<>/g, what: "There is no `<>`", write: "write `!=`", by: "!=" },
  { pattern: /(?<![=!<>])=(?!=)/g, what: "`=` does not compare", write: "write `==`", by: "==" },
  { pattern: /\?\?/, what: "There is no `??`", write: "write `a.?b.orValue(0)`" },
  { pattern: /\?\.(?=[A-Za-z_])/g, what: "`?.` is written `.?`", write: "write `a.?b`", by: ".?" },
  { pattern: /\?\.\[/g, what: "`?.[` is written `[?`", write: "write `a[?0]`", by: "[?" },
  { pattern: /(?<!&)&(?!&)/g, what: "There is no `&`", write: "write `&&`", by: "&&" },
  { pattern: /`/, what: "A string is not written in backticks", write: "write `'a'` or `\"a\"`" },
  { pattern: /;/, what: "An expression cannot contain `;`", write: "write one expression" },
  {
    pattern: /\[[^\][:]*:[^\][]*\]/,
    what: "There are no slices",
    write: "write `s.substring(0, 2)`; of a list, `range(2).map(i, list[i])`",
  },
];

/**
 * The most common reason why a source does not parse.
 *
 * @param accepts - checks the rewritten expression, so that no fix is suggested that ice would refuse.
 */
export function slipIn(source: string, accepts: (source: string) => boolean): Slip | undefined {
  const blank = withoutStrings(source);
  for (const habit of habits) {
    const match = new RegExp(habit.pattern.source, habit.pattern.flags.replace("g", "")).exec(blank);
    if (match === null) continue;
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const rewritten = rewrite(source);
    const fix = rewritten !== undefined && accepts(rewritten) ? `${habit.write}: \`${rewritten}\`` : habit.write;
    return { start, what: habit.what, fix };
  }
  return undefined;
}

/** With every mistake corrected; undefined if one of them cannot be. */
function rewrite(source: string): string | undefined {
  let text = source;
  for (const { pattern, by } of habits) {
    const blank = withoutStrings(text);
    if (by === undefined) {
      if (pattern.test(blank)) return undefined;
      continue;
    }
    // From the end, so that places before stay where they are.
    for (const { index, 0: whole, indices } of [...blank.matchAll(new RegExp(pattern.source, "dg"))].toReversed()) {
      const kept = indices?.[1] === undefined ? "" : text.slice(...indices[1]);
      text = text.slice(0, index) + by.replace("$1", () => kept) + text.slice(index + whole.length);
    }
  }
  return text.trim();
}

/** The same length, the contents of string literals replaced by blanks. */
function withoutStrings(source: string): string {
  return source.replace(
    /(["'])((?:\\[\s\S]|(?!\1)[^\\])*)\1/g,
    (_whole, quote: string, content: string) => quote + "_".repeat(content.length) + quote,
  );
}

/** Names of other languages, with their equivalents. */
export const otherRoots: ReadonlyMap<string, string> = new Map(
  Object.entries({
    True: "write `true`",
    TRUE: "write `true`",
    False: "write `false`",
    FALSE: "write `false`",
    None: "write `null`",
    NULL: "write `null`",
    Null: "write `null`",
    nil: "write `null`",
    undefined: "write `null`",
    env: "expressions cannot read the environment: pass the value as an input, `inputs.x`",
    secrets: "expressions cannot read secrets: pass the value as an input, `inputs.x`",
    vars: "pass the value as an input, `inputs.x`",
    params: "write `inputs.x`",
    github: "pass the value as an input, `inputs.x`",
    steps: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    tasks: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    jobs: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    needs: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    outputs: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    results: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    context: "use the id of the node: `a.x` reads `x` of the output of a node `a`",
    item: "`item` is available in the body of a loop that does not set another `itemVar`",
    index: "`index` is available in the body of a loop that does not set another `indexVar`",
    state: "`state` is available in the body and the condition of a recursive node",
    iteration: "`iteration` is available in the body and the condition of a recursive node",
    error:
      "`error` is available in `onError.output`, and in `catch`, `compensate` and `finally` of a scope; another node tests with `has(nodes.a)` whether `a` has an output",
    metrics: "`metrics` is available in the `metricExpression` of a monitor",
  }),
);

/** Functions and methods of other languages, with their equivalents. */
export const otherNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    len: "`size(x)`",
    length: "`size(x)`",
    count: "`size(x)`",
    includes: "`x.contains(y)`, or `y in list`",
    startswith: "`x.startsWith(y)`",
    endswith: "`x.endsWith(y)`",
    toUpperCase: "`upper(x)`",
    toLowerCase: "`lower(x)`",
    strip: "`trim(x)`",
    str: "`string(x)`",
    toString: "`string(x)`",
    float: "`double(x)`",
    number: "`double(x)`",
    Number: "`double(x)`",
    parseInt: "`int(x)`",
    parseFloat: "`double(x)`",
    fromJSON: "`parseJson(x)`",
    fromjson: "`parseJson(x)`",
    toJSON: "`json(x)`",
    tojson: "`json(x)`",
    any: "`list.exists(x, x > 0)`",
    some: "`list.exists(x, x > 0)`",
    every: "`list.all(x, x > 0)`",
    find: "`list.filter(x, x > 0)[0]`",
    push: "`list + [x]`",
    append: "`list + [x]`",
    concat: "`a + b`",
    slice: "`s.substring(0, 2)`",
    default: "`a.?b.orValue(0)`",
    coalesce: "`a.?b.orValue(0)`",
    sorted: "`sort(list)`",
    unique: "`distinct(list)`",
    reversed: "`reverse(list)`",
  }),
);
