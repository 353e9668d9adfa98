/** Labels of one series, in the order of the names. */
type Values = readonly string[];

/** Something that is measured, in the text format of Prometheus. */
export interface Instrument {
  /** Its lines, each with a line break. */
  text(): string;
}

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[] | undefined;
}

/** Most series of one instrument; labels are bounded by design, and this bounds mistakes. */
const maxSeries = 2000;

/** Counts. */
export class Counter implements Instrument {
  readonly #description: Description;
  readonly #series = new Map<string, number>();

  constructor(description: Description) {
    this.#description = description;
    if (description.labels === undefined) this.#series.set("", 0);
  }

  add(values: Values = [], by = 1): void {
    const labels = labelsOf(this.#description.labels ?? [], values);
    if (!this.#series.has(labels) && this.#series.size >= maxSeries) return;
    this.#series.set(labels, (this.#series.get(labels) ?? 0) + by);
  }

  text(): string {
    const { name } = this.#description;
    const lines = [...this.#series].map(([labels, value]) => `${name}${labels} ${value}\n`);
    return headOf(this.#description, "counter") + lines.join("");
  }
}

/** A value that is read when the metrics are requested. */
export class Gauge implements Instrument {
  readonly #description: Description;
  readonly #read: () => number;

  constructor(description: Description, read: () => number) {
    this.#description = description;
    this.#read = read;
  }

  text(): string {
    return `${headOf(this.#description, "gauge")}${this.#description.name} ${this.#read()}\n`;
  }
}

/** Upper bounds in seconds. */
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A distribution of times in seconds. */
export class Histogram implements Instrument {
  readonly #description: Description;
  readonly #counts = new Array<number>(bounds.length + 1).fill(0);
  #sum = 0;

  constructor(description: Description) {
    this.#description = description;
  }

  record(seconds: number): void {
    const at = bounds.findIndex((bound) => seconds <= bound);
    const index = at < 0 ? bounds.length : at;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += seconds;
  }

  text(): string {
    const { name } = this.#description;
    let count = 0;
    const lines = this.#counts.map((own, at) => `${name}_bucket{le="${bounds[at] ?? "+Inf"}"} ${(count += own)}\n`);
    return `${headOf(this.#description, "histogram")}${lines.join("")}${name}_sum ${this.#sum}\n${name}_count ${count}\n`;
  }
}

const headOf = ({ name, help }: Description, type: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

function labelsOf(names: readonly string[], values: Values): string {
  if (names.length === 0) return "";
  const escaped = values.map((value) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n"));
  return `{${names.map((name, at) => `${name}="${escaped[at] ?? ""}"`).join(",")}}`;
}
