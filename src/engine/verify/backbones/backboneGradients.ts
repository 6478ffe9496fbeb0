import { gradients } from "../../../core/autodiff/gradients";
import { UserError } from "../../../core/errors";
import type { Executor } from "../../../core/graph/executor";
import type { Graph, NamedValue } from "../../../core/graph/graph";
import { isExternal } from "../../../core/graph/graph";
import type { Value } from "../../../core/graph/graphBuilder";
import { OpBuilder } from "../../../core/graph/opBuilder";
import { specialize } from "../../../core/graph/specialize";
import type { Tensor } from "../../../core/graph/tensor";
import { fromData } from "../../../core/graph/tensor";
import { Comparison, type GoldenResult } from "../golden/comparison";
import { GoldenReader } from "../golden/readGolden";
import { matchInputs } from "./matchInputs";

const tolerance = { relative: 1e-4 };

/**
 * A gradient this much smaller than the largest of the model is zero in exact arithmetic (a key's bias, for one, shifts all
 * scores of a softmax alike) and holds rounding noise, which is compared against this share of the largest instead.
 */
const NOISE_SHARE = 1e-6;

/** A parameter of the exporting framework, found again in the graph by its values. */
interface Match {
  readonly initializer: string;
  /** Whether the file stores the matrix transposed. */
  readonly isTransposed: boolean;
}

/**
 * Reverse mode through a whole exported backbone: the gradient of Σ output ⊙ cotangent with respect to every parameter.
 * Parameters that the exporter joined, because they were equal, are compared by the sum of their gradients.
 * @param model the decoded file, its weights in memory
 */
export async function checkBackboneGradients(json: unknown, model: Graph, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const feeds = matchInputs(model, golden.at("inputs").named);
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const graph = specialize(model, shapes);
  const parameters = golden.at("params").named;
  const matches = matchParameters(graph, parameters);
  const initializers = [...new Set([...matches.values()].map(({ initializer }) => initializer))];

  const cotangent = golden.at("cotangent").tensor;
  const results = await differentiate(graph, initializers, cotangent, feeds, executor);

  const comparison = new Comparison();
  comparison.number("loss", Number(results["loss"]?.data[0]), golden.at("loss").number, {
    relative: 1e-5,
    absolute: 1e-5,
  });
  const expected = sumsByInitializer(matches, golden.at("param_grads").named);
  const noise = NOISE_SHARE * Math.max(...[...expected.values()].map(({ gradient }) => largestEntry(gradient)));
  for (const [initializer, { name, gradient }] of expected) {
    const allowed = largestEntry(gradient) < noise ? { absolute: noise } : tolerance;
    const ours = withoutPaddingRows(graph, initializer, results[`gradient/${initializer}`], gradient);
    comparison.tensor(name, ours, gradient, allowed);
  }
  for (const name of Object.keys(parameters)) {
    if (matches.has(name)) continue;
    // A parameter that the output does not depend on may be missing from the file.
    const gradient = golden.at("param_grads").at(name).tensor;
    if ((gradient.data as Float32Array).some((value) => value !== 0))
      comparison.tensor(`${name} (not found in the model)`, undefined, gradient, tolerance);
  }
  return comparison.result();
}

async function differentiate(
  graph: Graph,
  initializers: readonly string[],
  cotangent: Tensor,
  feeds: Readonly<Record<string, Tensor>>,
  executor: Executor,
): Promise<Record<string, Tensor>> {
  const g = new OpBuilder("gradients");
  const bindings = Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => [name, g.input(name, dtype, shape as readonly number[])]),
  );
  const values = g.inline(graph, bindings, "backbone");
  const output = valueOf(values, differentiatedOutput(graph, cotangent).name);
  const loss = g.reduceSum(g.mul(output, g.constant(cotangent)), [...output.shape.keys()]); // []
  const weights = initializers.map((name) => valueOf(values, name));
  for (const [index, gradient] of gradients(g, loss, weights).entries())
    g.output(`gradient/${initializers[index] ?? ""}`, gradient);
  g.output("loss", loss);
  const program = await executor.prepare(g.build());
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** The hidden states of the last block: by name where the exporter kept it, else the first output of that shape. */
function differentiatedOutput(graph: Graph, { shape }: Tensor): NamedValue {
  const fits = graph.outputs.filter((output) => output.shape?.join() === shape.join());
  const output = fits.find(({ name }) => name === "last_hidden_state") ?? fits[0];
  if (!output) throw new UserError(`The model has no output of shape [${shape.join(", ")}], which the reference has.`);
  return output;
}

function valueOf(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (!value) throw new Error(`The inlined graph has no value "${name}".`);
  return value;
}

/** Finds each parameter's initializer by equal values; each initializer is taken once as long as there are enough. */
function matchParameters(graph: Graph, parameters: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Match> {
  const matches = new Map<string, Match>();
  const taken = new Set<string>();
  const byKey = new Map<string, Match[]>();
  for (const [initializer, value] of graph.initializers) {
    if (isExternal(value) || value.dtype !== "float32") continue;
    for (const isTransposed of value.shape.length === 2 ? [false, true] : [false]) {
      const oriented = isTransposed ? transposed(value as Tensor<"float32">) : (value as Tensor<"float32">);
      const key = valueKey(oriented);
      byKey.set(key, [...(byKey.get(key) ?? []), { initializer, isTransposed }]);
    }
  }
  for (const [name, value] of Object.entries(parameters)) {
    const candidates = byKey.get(valueKey(value)) ?? [];
    const match =
      candidates.find(({ initializer }) => initializer === name) ??
      candidates.find(({ initializer }) => !taken.has(initializer)) ??
      candidates[0];
    if (!match) continue;
    taken.add(match.initializer);
    matches.set(name, match);
  }
  return matches;
}

/** Equal for tensors of equal shape and values. Nine significant digits determine a float32. */
function valueKey({ shape, data }: Tensor): string {
  return `${shape.join()}:${Array.from(data as Float32Array, (value) => value.toPrecision(9)).join()}`;
}

/**
 * PyTorch's embedding gives the row of its padding index no gradient, which an exported graph says nothing about. Such a row
 * is recognised by being zero in the table and in the expected gradient; ours is then set to zero too.
 */
function withoutPaddingRows(
  graph: Graph,
  initializer: string,
  ours: Tensor | undefined,
  expected: Tensor<"float32">,
): Tensor | undefined {
  const table = graph.initializers.get(initializer);
  const isLookedUp = graph.nodes.some(({ opType, inputs }) => opType === "Gather" && inputs[0] === initializer);
  if (!ours || !table || isExternal(table) || !isLookedUp || table.shape.length !== 2) return ours;
  const width = table.shape[1] ?? 1;
  const isZero = (data: Tensor["data"], row: number): boolean =>
    (data.subarray(row * width, (row + 1) * width) as Float32Array).every((value) => value === 0);
  const data = (ours.data as Float32Array).slice();
  for (let row = 0; row < (table.shape[0] ?? 0); row++)
    if (isZero(table.data, row) && isZero(expected.data, row)) data.fill(0, row * width, (row + 1) * width);
  return fromData("float32", ours.shape, data);
}

function largestEntry({ data }: Tensor<"float32">): number {
  return data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** The expected gradient of each initializer, in its own orientation, and the parameters it stands for. */
function sumsByInitializer(
  matches: ReadonlyMap<string, Match>,
  expected: Readonly<Record<string, Tensor>>,
): ReadonlyMap<string, { readonly name: string; readonly gradient: Tensor<"float32"> }> {
  const sums = new Map<string, { name: string; gradient: Tensor<"float32"> }>();
  for (const [name, { initializer, isTransposed }] of matches) {
    const reference = expected[name] as Tensor<"float32"> | undefined;
    if (!reference) throw new UserError(`The reference has no gradient of "${name}".`);
    const gradient = isTransposed ? transposed(reference) : reference;
    const sum = sums.get(initializer);
    if (!sum) sums.set(initializer, { name, gradient });
    else {
      const data = sum.gradient.data.map((value, index) => value + (gradient.data[index] ?? NaN));
      sums.set(initializer, { name: `${sum.name} + ${name}`, gradient: { ...gradient, data } });
    }
  }
  return sums;
}

function transposed({ shape, data }: Tensor<"float32">): Tensor<"float32"> {
  const [rows = 0, columns = 0] = shape;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column] ?? NaN;
  return fromData("float32", [columns, rows], result);
}
