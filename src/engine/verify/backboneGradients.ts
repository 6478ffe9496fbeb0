import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gradients } from "../../core/autodiff/gradients";
import { trainableInitializers } from "../../core/autodiff/trainableInitializers";
import { UserError } from "../../core/errors";
import type { Executor } from "../../core/graph/executor";
import { isExternal, type Graph, type Initializer } from "../../core/graph/graph";
import { OpBuilder } from "../../core/graph/opBuilder";
import { specialize } from "../../core/graph/specialize";
import { numbersOf, tensor, type Shape, type Tensor } from "../../core/graph/tensor";
import { decodeModel } from "../../core/onnx/decodeModel";
import { Comparison, type GoldenResult } from "./golden/comparison";
import { GoldenReader } from "./golden/readGolden";
import { inParameterLayout, matchParameters, type ParameterMatch } from "./matchParameters";

export interface GradientCheckResult extends GoldenResult {
  /** File name of the reference. */
  readonly name: string;
}

/** Allowed difference of a gradient relative to its largest entry. */
const RELATIVE_TOLERANCE = 1e-4;
/**
 * Parameters that cancel out (the bias of an attention's keys) have gradient 0, and references hold rounding noise there:
 * it is measured against the largest gradient of the model.
 */
const NOISE_TOLERANCE = 1e-6;
const OUTPUT_TOLERANCE = 1e-4;

/** Prefix under which the network is copied into the graph that is differentiated. */
const COPY = "backbone";

/**
 * Differentiates a whole exported network and compares with gradients that another framework computed: the reference holds
 * `inputs`, `cotangent`, `params` and `param_grads`, the gradients of Σ output ⊙ cotangent. Parameters are found among the
 * model's initializers by value.
 */
export async function verifyGradients(
  modelPath: string,
  referencePath: string,
  executor: Executor,
): Promise<GradientCheckResult> {
  const name = basename(referencePath);
  try {
    const reference = new GoldenReader(JSON.parse(await readFile(referencePath, "utf8")), name);
    const { graph } = decodeModel(new Uint8Array(await readFile(modelPath)));
    return { name, ...(await compareGradients(graph, reference, executor)) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, maxDifference: Infinity, tolerance: 0, passed: false, detail };
  }
}

async function compareGradients(graph: Graph, reference: GoldenReader, executor: Executor): Promise<GoldenResult> {
  const inputs = reference.at("inputs").named;
  const parameters = new Map(Object.entries(reference.at("params").named));
  const expected = reference.at("param_grads").named;
  const cotangent = reference.at("cotangent").tensor;

  const wanted = new Map([...parameters].filter(([name]) => name in expected));
  const { matches, missing } = matchParameters(wanted, residentTensors(graph.initializers));
  const [first] = missing;
  if (first !== undefined)
    throw new UserError(
      `No initializer of the model holds the values of parameter "${first}" (${missing.length} missing).`,
    );

  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const program = await executor.prepare(gradientGraph(specialize(graph, shapes), matches, cotangent));
  const found = await program.run({ ...inputs, ...initialValues(graph, matches) });
  await program.dispose();

  const comparison = new Comparison();
  comparison.tensor("output", found["output"], reference.at("output").tensor, { absolute: OUTPUT_TOLERANCE });
  const largest = Math.max(...Object.values(expected).map((gradient) => largestMagnitude(gradient)));
  const tolerance = { relative: RELATIVE_TOLERANCE, absolute: NOISE_TOLERANCE * largest };
  for (const { initializer, layout, parameters: names } of matches) {
    const shape = wanted.get(names[0] ?? "");
    const gradient = found[gradientName(initializer)];
    if (!shape || !gradient) throw new Error(`No gradient of "${initializer}".`);
    const sum = sumOf(names.map((name) => expected[name]).filter((value) => value !== undefined));
    const arranged = inParameterLayout(gradient, layout, shape);
    const actual = isLookedUp(graph, initializer) ? withoutPaddingRow(arranged, sum) : arranged;
    comparison.tensor(`gradient of ${names.join(" + ")}`, actual, sum, tolerance);
  }
  return comparison.result();
}

/** Forward and backward pass of Σ output ⊙ cotangent; outputs `output` and one gradient per matched initializer. */
function gradientGraph(graph: Graph, matches: readonly ParameterMatch[], cotangent: Tensor): Graph {
  const trainedNames = new Set(matches.map(({ initializer }) => initializer));
  const { graph: opened } = trainableInitializers(graph, (name) => trainedNames.has(name));
  const g = new OpBuilder("gradients");
  const bindings = Object.fromEntries(
    opened.inputs.map(({ name, dtype, shape }) => [name, g.input(name, dtype, shape as Shape)]),
  );
  const copied = g.inline(opened, bindings, COPY);
  const output = copied.get(outputOfShape(opened, cotangent.shape));
  if (!output) throw new Error("The copied graph lacks its output.");
  const axes = [...output.shape.keys()];
  const loss = g.reduceSum(g.mul(output, g.initializer("cotangent", cotangent)), axes);
  const trained = matches.map(({ initializer }) => bindings[initializer]).filter((value) => value !== undefined);
  g.output("output", output);
  gradients(g, loss, trained).forEach((gradient, index) => {
    g.output(gradientName(trained[index]?.name ?? ""), gradient);
  });
  return g.build();
}

function isLookedUp({ nodes }: Graph, initializer: string): boolean {
  return nodes.some(({ opType, inputs }) => opType === "Gather" && inputs[0] === initializer);
}

/**
 * PyTorch keeps the gradient of an embedding's padding row (`padding_idx`) at zero, whatever was looked up; an exported
 * graph does not say which row that is. So one row may differ, if the reference is zero there to the last bit.
 */
function withoutPaddingRow(gradient: Tensor, expected: Tensor): Tensor {
  const width = expected.shape.at(-1) ?? 1;
  const [found, wanted] = [numbersOf(gradient), numbersOf(expected)];
  const isZero = (values: number[], row: number): boolean =>
    values.slice(row * width, (row + 1) * width).every((value) => value === 0);
  const silent = Array.from({ length: wanted.length / width }, (_, row) => row).filter(
    (row) => isZero(wanted, row) && !isZero(found, row),
  );
  if (silent.length !== 1) return gradient;
  found.fill(0, (silent[0] ?? 0) * width, ((silent[0] ?? 0) + 1) * width);
  return tensor("float32", gradient.shape, found);
}

function gradientName(initializer: string): string {
  return `gradient/${initializer}`;
}

/** `last_hidden_state` where several outputs have the cotangent's shape. */
function outputOfShape({ outputs }: Graph, shape: Shape): string {
  const fitting = outputs.filter((output) => output.shape?.join() === shape.join());
  const chosen = fitting.find(({ name }) => name === "last_hidden_state") ?? fitting[0];
  if (!chosen)
    throw new UserError(
      `The model has no output of the cotangent's shape [${shape.join(", ")}]; its outputs are ` +
        `${outputs.map((output) => `"${output.name}" [${output.shape?.join(", ") ?? "?"}]`).join(", ")}.`,
    );
  return chosen.name;
}

function residentTensors(initializers: ReadonlyMap<string, Initializer>): Map<string, Tensor> {
  return new Map(
    [...initializers].flatMap(([name, value]): [string, Tensor][] =>
      isExternal(value) || value.dtype !== "float32" ? [] : [[name, value]],
    ),
  );
}

function initialValues({ initializers }: Graph, matches: readonly ParameterMatch[]): Record<string, Tensor> {
  const resident = residentTensors(initializers);
  return Object.fromEntries(
    matches.flatMap(({ initializer }) => {
      const value = resident.get(initializer);
      return value ? [[initializer, value] as const] : [];
    }),
  );
}

function sumOf(values: readonly Tensor[]): Tensor {
  const [first] = values;
  if (!first) throw new Error("A sum of no tensors.");
  const columns = values.map((value) => numbersOf(value));
  return tensor(
    "float32",
    first.shape,
    Array.from({ length: first.data.length }, (_, at) => columns.reduce((sum, column) => sum + (column[at] ?? 0), 0)),
  );
}

function largestMagnitude(value: Tensor): number {
  return numbersOf(value).reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);
}
