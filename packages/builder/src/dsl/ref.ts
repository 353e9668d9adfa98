import { IceError } from "@ice/core";
import { celReservedWords } from "@ice/core/internal";

const source: unique symbol = Symbol("source");
declare const type: unique symbol;

/** A CEL expression with a result of type `T`. */
export interface Expr<out T> {
  readonly [source]: string;
  readonly [type]?: T;
}

/**
 * A reference to a value that exists only when the workflow runs. Reading a property extends its path; an unknown value allows
 * every path, and one that can be null those that it has otherwise.
 */
export type Ref<T> = Expr<T> &
  (unknown extends T ? AnyPath : [T] extends [null | undefined] ? unknown : PathsOf<NonNullable<T>>);

/** Paths of a value whose shape is known. */
type PathsOf<T> = T extends readonly (infer Item)[]
  ? { readonly [index: number]: Ref<Item> }
  : T extends object
    ? { readonly [Key in keyof T]-?: Ref<T[Key]> }
    : unknown;

/** Paths of a value whose shape is not known. */
interface AnyPath {
  readonly [key: string]: Ref<unknown>;
}

/** References to all visible names. */
export type Refs<Visible> = { readonly [Name in keyof Visible]: Ref<Visible[Name]> };

/** A value, or a reference or expression with such a value, at any depth. */
export type Templated<T> =
  | T
  | Expr<T>
  | (T extends string ? Text : never)
  | (T extends readonly (infer Item)[]
      ? readonly Templated<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Templated<T[Key]> } & NoReference
        : never);

/** A reference has the paths of its value, also where that can be null: they do not make it such a value. */
interface NoReference {
  readonly [source]?: never;
}

/** Plain data, or a callback that can use names. Plain texts stay literal, whatever they contain. */
export type FieldValue<Visible, T> = T | ((scope: Refs<Visible>) => Templated<T>);

/** Makes an unknown field of the target an error: a const type parameter alone would accept it. */
export type OnlyKeysOf<Given, Target> = { readonly [Key in Exclude<keyof Given, keyof Target>]: never };

/** A text with references in it, made by {@link t}. */
export class Text {
  readonly template: string;
  constructor(template: string) {
    this.template = template;
  }
}

/** A reference to a CEL path, e.g. `rows.items`. */
function refTo<T>(path: string): Ref<T> {
  return new Proxy(Object.create(null) as object, {
    get(_target, key) {
      if (key === source) return path;
      if (typeof key === "symbol" || key === "toJSON") throw misused(path);
      return refTo(join(path, key));
    },
    has: (_target, key) => key === source,
  }) as Ref<T>;
}

export const expr = <T>(text: string): Expr<T> => ({ [source]: text });

export function isExpr(value: unknown): value is Expr<unknown> {
  return typeof value === "object" && value !== null && source in value;
}

/** The CEL text of a reference or expression. */
export const sourceOf = (value: Expr<unknown>): string => value[source];

/** All visible names as references; any name is accepted, and validation checks it. */
export function scopeRefs<Visible>(): Refs<Visible> {
  return new Proxy(Object.create(null) as object, { get: (_target, name) => refTo(String(name)) }) as Refs<Visible>;
}

function join(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) && !celReservedWords.has(key)
    ? `${path}.${key}`
    : `${path}[${JSON.stringify(key)}]`;
}

function misused(path: string): IceError {
  return new IceError(
    "ICE_BLUEPRINT_SCHEMA",
    `The reference \`${path}\` has no value yet: it cannot be converted to text or JSON while the workflow is being written.`,
    {
      fix: "build strings with t`… ${ref} …` and expressions with cel`${ref} > 1`",
    },
  );
}
