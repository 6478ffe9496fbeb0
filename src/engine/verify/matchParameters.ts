import type { Tensor } from "../../core/graph/tensor";
import { numbersOf, tensor } from "../../core/graph/tensor";

/**
 * How an exporter stored a parameter: as it is (perhaps with further axes of size 1), as its transpose (weights of linear
 * layers), or as some of its rows (an embedding looked up at constant positions, a token repeated over the batch).
 */
export type Layout =
  | { readonly kind: "same" }
  | { readonly kind: "transposed" }
  | {
      readonly kind: "rows";
      /** Row of the parameter for each row of the initializer. */ readonly rows: readonly number[];
    };

export interface ParameterMatch {
  readonly initializer: string;
  readonly layout: Layout;
  /** More than one where the exporter stored equal values once; then the initializer's gradient is their sum. */
  readonly parameters: readonly string[];
}

export interface ParameterMatches {
  readonly matches: readonly ParameterMatch[];
  /** Parameters whose values no initializer holds. */
  readonly missing: readonly string[];
}

type Tensors = ReadonlyMap<string, Tensor>;

/** Finds the initializer that holds each parameter: by name and value, else by value alone. */
export function matchParameters(parameters: Tensors, initializers: Tensors): ParameterMatches {
  const owners = new Map<string, { layout: Layout; parameters: string[] }>();
  const matched = new Set<string>();
  const claim = (canShare: boolean, fits: (parameter: string, initializer: string) => boolean): void => {
    for (const [name, parameter] of parameters) {
      if (matched.has(name)) continue;
      for (const [initializer, value] of initializers) {
        const owner = owners.get(initializer);
        if ((owner && !canShare) || !fits(name, initializer)) continue;
        const layout = layoutOf(parameter, value);
        if (!layout || (owner && owner.layout.kind !== layout.kind)) continue;
        if (owner) owner.parameters.push(name);
        else owners.set(initializer, { layout, parameters: [name] });
        matched.add(name);
        break;
      }
    }
  };
  claim(false, (parameter, initializer) => initializer === parameter || initializer.endsWith(`.${parameter}`));
  claim(false, () => true);
  claim(true, () => true);
  return {
    matches: [...owners].map(([initializer, owner]) => ({ initializer, ...owner })),
    missing: [...parameters.keys()].filter((name) => !matched.has(name)),
  };
}

/** The gradient of an initializer in the layout of its parameter. */
export function inParameterLayout(gradient: Tensor, layout: Layout, parameter: Tensor): Tensor {
  const values = numbersOf(gradient);
  switch (layout.kind) {
    case "same":
      return tensor("float32", parameter.shape, values);
    case "transposed":
      return tensor("float32", parameter.shape, transposed(values, gradient.shape));
    case "rows": {
      const width = parameter.shape.at(-1) ?? 1;
      const sums = new Array<number>(parameter.data.length).fill(0);
      values.forEach((value, index) => {
        const at = (layout.rows[Math.floor(index / width)] ?? 0) * width + (index % width);
        sums[at] = (sums[at] ?? 0) + value;
      });
      return tensor("float32", parameter.shape, sums);
    }
  }
}

function layoutOf(parameter: Tensor, initializer: Tensor): Layout | undefined {
  const [own, stored] = [numbersOf(parameter), numbersOf(initializer)];
  if (own.length === stored.length) {
    if (equal(own, stored)) return { kind: "same" };
    if (initializer.shape.length === 2 && equal(own, transposed(stored, initializer.shape)))
      return { kind: "transposed" };
  }
  const width = parameter.shape.at(-1) ?? 1;
  if (width < 2 || initializer.shape.at(-1) !== width) return undefined;
  const places = new Map(rowsOf(own, width).map((row, index) => [row, index]));
  const rows = rowsOf(stored, width).map((row) => places.get(row));
  return rows.every((row) => row !== undefined) ? { kind: "rows", rows } : undefined;
}

/** Each row as a key. */
function rowsOf(values: readonly number[], width: number): string[] {
  return Array.from({ length: values.length / width }, (_, row) =>
    values
      .slice(row * width, (row + 1) * width)
      .map(Math.fround)
      .join(),
  );
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => Math.fround(value) === b[index]);
}

function transposed(values: readonly number[], [rows = 1, columns = 1]: readonly number[]): number[] {
  return Array.from({ length: values.length }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
}
