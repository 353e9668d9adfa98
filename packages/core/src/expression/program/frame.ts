import type { ASTNode } from "@marcbachmann/cel-js";
import type { Meter } from "../meter.ts";
import type { ExpressionScope } from "../scope.ts";

/** One evaluation. */
export interface Frame {
  readonly scope: ExpressionScope;
  readonly meter: Meter;
  /** Values of the root names, read when they are first needed. */
  readonly roots: unknown[];
  /** Variables of the comprehensions that are running, outermost first. */
  readonly locals: unknown[];
}

/** A compiled part of an expression: its value in a frame. */
export type Step = (frame: Frame) => unknown;

/** The visible names during compilation. */
export interface Names {
  /** Extended by each root name that is found; its position is that of its value in the frame. */
  readonly roots: string[];
  /** Variables of comprehensions, with their position in `locals`. */
  readonly bound: ReadonlyMap<string, number>;
}

export type Compile = (node: ASTNode, names: Names) => Step;
