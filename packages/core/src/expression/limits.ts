/** Bounds of one expression, so that none can hang or use much memory. A blueprint cannot change them. */
export const expressionLimits = {
  /** Characters of source. */
  sourceLength: 4096,
  syntaxNodes: 500,
  syntaxDepth: 32,
  comprehensionNesting: 2,
  /** Elements that comprehensions iterate over in one evaluation. */
  comprehensionSteps: 250_000,
  /** Characters, as JSON, of a value that an evaluation builds. Values that it returns unchanged may be larger. */
  builtLength: 1_048_576,
  /** Characters and elements that functions and comparisons process in one evaluation, in total. */
  work: 67_108_864,
  /** Characters of a regular expression. */
  patternLength: 1024,
  /** Items of `range(n)`. */
  rangeLength: 10_000,
  /** Depth of a value that an evaluation builds. */
  builtDepth: 64,
  /** Multiple of the bounds of one expression that all expressions of one node may use together. */
  expressionsOfNode: 16,
} as const;
