import { useEffect, useId, useRef, type ReactNode } from "react";
import type { Json } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { initialOf, type Entered, type Field } from "./fields.ts";

interface FieldProps {
  readonly field: Field;
  readonly value: Entered;
  readonly onChange: (value: Entered) => void;
  readonly problems: ReadonlyMap<string, string>;
  /** Of the value: `address.city`, empty for the form itself. */
  readonly path?: string;
  /** Path of the field whose options are chosen by number. */
  readonly numbered?: string | undefined;
}

/** A form for a JSON Schema. Nothing is chosen in it but declared defaults. */
export function SchemaForm(props: FieldProps): ReactNode {
  const { field, value, onChange, problems, path = "", numbered } = props;
  if (field.kind === "group") return <GroupField {...props} />;
  if (field.kind === "rows") return <RowsField {...props} />;
  const problem = problems.get(path);
  if (field.kind === "radio" || field.kind === "boolean")
    return (
      <RadioField field={field} value={value} onChange={onChange} problem={problem} isNumbered={path === numbered} />
    );
  return <InputField field={field} value={value} onChange={onChange} problem={problem} />;
}

const Need = ({ field: { required, isEntry } }: { readonly field: Field }): ReactNode =>
  isEntry === true ? null : <span className="need"> {required ? "required" : "optional"}</span>;

interface SimpleProps {
  readonly field: Field;
  readonly value: Entered;
  readonly onChange: (value: Entered) => void;
  readonly problem: string | undefined;
}

const wordOf = (option: Json): string => (typeof option === "string" ? option : JSON.stringify(option));

function RadioField({
  field,
  value,
  onChange,
  problem,
  isNumbered,
}: SimpleProps & { readonly isNumbered: boolean }): ReactNode {
  const name = useId();
  const word = (option: Json): string => (field.kind === "boolean" ? (option === true ? "Yes" : "No") : wordOf(option));
  return (
    <fieldset
      className="field"
      data-numbered={isNumbered || undefined}
      aria-invalid={problem !== undefined}
      aria-describedby={problem && `${name}-problem`}
    >
      <legend>
        {field.label}
        <Need field={field} />
      </legend>
      <div className="options">
        {field.options.map((option, index) => (
          <label key={JSON.stringify(option)}>
            <input
              type="radio"
              name={name}
              checked={value === JSON.stringify(option)}
              onChange={() => onChange(JSON.stringify(option))}
            />
            {word(option)}
            {isNumbered && <kbd>{index + 1}</kbd>}
          </label>
        ))}
      </div>
      <Below id={name} field={field} problem={problem} />
    </fieldset>
  );
}

const Below = ({
  id,
  field,
  problem,
}: {
  readonly id: string;
  readonly field: Field;
  readonly problem: string | undefined;
}): ReactNode => (
  <>
    {field.description !== undefined && (
      <span id={`${id}-about`} className="meta">
        {field.description}
      </span>
    )}
    {problem !== undefined && (
      <span id={`${id}-problem`} className="problem" role="alert">
        {problem}
      </span>
    )}
  </>
);

function InputField({ field, value, onChange, problem }: SimpleProps): ReactNode {
  const id = useId();
  const common = {
    id,
    className: field.kind === "json" ? "input mono" : "input",
    value: typeof value === "string" ? value : "",
    "aria-invalid": problem !== undefined,
    "aria-describedby":
      [field.description && `${id}-about`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined,
  };
  const change = (text: string): void => onChange(text === "" ? undefined : text);
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.label}
        <Need field={field} />
      </label>
      {field.kind === "select" && (
        <select {...common} onChange={(event) => change(event.target.value)}>
          <option value="">Choose…</option>
          {field.options.map((option) => (
            <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
              {wordOf(option)}
            </option>
          ))}
        </select>
      )}
      {(field.kind === "long" || field.kind === "json") && (
        <textarea
          {...common}
          rows={field.kind === "json" ? 5 : 3}
          spellCheck={field.kind === "long"}
          placeholder={field.kind === "json" ? "JSON, checked on the server" : `Up to ${field.maxLength} characters`}
          onChange={(event) => change(event.target.value)}
        />
      )}
      {(field.kind === "text" || field.kind === "number") && (
        <input
          {...common}
          type="text"
          inputMode={field.kind === "number" ? "decimal" : undefined}
          onChange={(event) => change(event.target.value)}
        />
      )}
      <Below id={id} field={field} problem={problem} />
    </div>
  );
}

function GroupField({ field, value, onChange, problems, path = "", numbered }: FieldProps): ReactNode {
  const entered = (value ?? {}) as Readonly<Record<string, Entered>>;
  const parts = field.fields.map((part) => (
    <SchemaForm
      key={part.key}
      field={part}
      value={entered[part.key]}
      problems={problems}
      numbered={numbered}
      path={path === "" ? part.key : `${path}.${part.key}`}
      onChange={(next) => onChange({ ...entered, [part.key]: next })}
    />
  ));
  if (path === "") return <div className="group outer">{parts}</div>;
  return (
    <fieldset className="field">
      <legend>
        {field.label}
        <Need field={field} />
      </legend>
      <div className="group">{parts}</div>
    </fieldset>
  );
}

function RowsField({ field, value, onChange, problems, path = "" }: FieldProps): ReactNode {
  const rows = (value ?? []) as readonly Entered[];
  const item = field.item!;
  const { list, onAdded, onRemoved } = useRowFocus(rows.length);
  const nameOf = (index: number): string => `${field.label} ${index + 1}`;
  return (
    <fieldset ref={list} className="field">
      <legend>
        {field.label}
        <Need field={field} />
      </legend>
      {rows.map((row, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows are named by their place
        <div key={index} className="form-row">
          <SchemaForm
            field={{ ...item, label: nameOf(index), isEntry: true }}
            value={row}
            problems={problems}
            path={`${path}[${index}]`}
            onChange={(next) => onChange(rows.with(index, next))}
          />
          <Button
            icon="close"
            look="plain"
            aria-label={`Remove ${nameOf(index)}`}
            onClick={() => {
              onChange(rows.toSpliced(index, 1));
              onRemoved();
            }}
          />
        </div>
      ))}
      <div>
        <Button
          icon="plus"
          data-add
          onClick={() => {
            onChange([...rows, initialOf(item)]);
            onAdded();
          }}
        >
          Add
        </Button>
      </div>
      <Below id={path} field={field} problem={problems.get(path)} />
    </fieldset>
  );
}

/** The focus goes to a row that was added, and back to the button when one was removed. */
function useRowFocus(count: number) {
  const list = useRef<HTMLFieldSetElement>(null);
  const next = useRef<"row" | "button">(undefined);
  useEffect(() => {
    const last = [...(list.current?.querySelectorAll(":scope > .form-row") ?? [])].at(-1);
    if (next.current === "row") last?.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
    if (next.current === "button") list.current?.querySelector<HTMLElement>(":scope > div > [data-add]")?.focus();
    next.current = undefined;
  }, [count]);
  const onAdded = (): void => void (next.current = "row");
  const onRemoved = (): void => void (next.current = "button");
  return { list, onAdded, onRemoved };
}
