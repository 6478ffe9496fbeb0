import { UserError } from "../errors";
import type { Graph } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import { OpBuilder } from "../graph/opBuilder";
import { specialize } from "../graph/specialize";
import type { DataType, Shape } from "../graph/tensor";
import { keepOutputs } from "./resolveTaps";
import { batchAxisOf } from "./structure/batchAxis";
import { DataFlow } from "./structure/dataFlow";
import { layoutOf } from "./structure/layout";

export type FeatureType = "float32" | "float16";

export interface TapGraphRequest {
  /** Names of values, low to high; see `resolveTaps`. */
  readonly taps: readonly string[];
  readonly batchSize: number;
  /** Shapes of the inputs that {@link keepOutputs} leaves, at any batch size. */
  readonly inputShapes: (batchSize: number) => Readonly<Record<string, Shape>>;
  /** Types in which the inputs are fed, where they differ from the model's: they are converted within the graph. */
  readonly inputTypes?: Readonly<Record<string, DataType>>;
  /** Type in which the taps come out. */
  readonly dtype: FeatureType;
  /** How messages call the model. */
  readonly label: string;
}

/** A tapped value as it comes out: [B, ...shape], with channels last in token sequences and first in grids. */
export interface Tap {
  /** Name of the value in the model. */
  readonly value: string;
  /** Name of the output of the tap graph. */
  readonly output: string;
  /** Of one item, without the batch axis. */
  readonly shape: Shape;
}

export interface TapGraph {
  readonly graph: Graph;
  readonly taps: readonly Tap[];
}

/**
 * Makes a graph of fixed batch size that runs a backbone as far as its taps need and hands them out, batch axis first.
 * Weights stay in their files.
 * @throws UserError when the model does not accept these sizes, or a tapped value has no batch axis or is not numeric
 */
export function buildTapGraph(model: Graph, request: TapGraphRequest): TapGraph {
  const { taps, batchSize, label } = request;
  const pruned = keepOutputs(model, taps);
  const fixed = specialize(pruned, request.inputShapes(batchSize));
  const varied = hasFreeBatch(pruned) ? specialize(pruned, request.inputShapes(batchSize + 1)) : undefined;
  const flow = new DataFlow(fixed);

  const g = new OpBuilder("features");
  const inputs = Object.fromEntries(
    fixed.inputs.map(({ name, dtype, shape }) => {
      const fed = g.input(name, request.inputTypes?.[name] ?? dtype, shape as Shape);
      return [name, g.cast(fed, dtype)];
    }),
  );
  const values = g.inline(fixed, inputs, "backbone");
  const made = taps.map((value, index): Tap => {
    const tapped = values.get(value);
    if (!tapped?.dtype.startsWith("float"))
      throw new UserError(
        `"hiddenStates" of "${label}": the value "${value}" is ${tapped?.dtype ?? "missing"}, not a floating-point tensor; "unipt inspect" lists suitable ones.`,
      );
    const axis = batchAxis(value, tapped.shape, varied?.types.get(value)?.shape as Shape | undefined, batchSize, label);
    const isChannelsLast = tapped.shape.length === 4 && layoutOf(value, flow, axis) === "channels-last-grid";
    const batched = batchFirst(g, tapped, axis, batchSize);
    const ordered = isChannelsLast && batched.shape.length === 4 ? g.transpose(batched, [0, 3, 1, 2]) : batched; // [B, C, H, W]
    const output = `tap.${index}`;
    g.output(output, g.cast(ordered, request.dtype));
    return { value, output, shape: ordered.shape.slice(1) };
  });
  return { graph: g.build(), taps: made };
}

function hasFreeBatch({ inputs }: Graph): boolean {
  return inputs.every(({ shape }) => shape === undefined || typeof shape[0] === "string");
}

/** The axis that grows with the batch: found by comparing the shapes at two batch sizes. */
function batchAxis(value: string, shape: Shape, varied: Shape | undefined, batchSize: number, label: string): number {
  const axis = batchAxisOf(shape, varied, batchSize);
  if (axis === undefined)
    throw new UserError(
      `"hiddenStates" of "${label}": the value "${value}" of shape [${shape.join(", ")}] has no batch axis; tap a value that depends on the input.`,
    );
  return axis;
}

/** [B, …]: moves the batch axis to the front and splits what was folded into it (windows, heads). */
function batchFirst(g: OpBuilder, value: Value, axis: number, batchSize: number): Value {
  const others = [...value.shape.keys()].filter((other) => other !== axis);
  const moved = axis === 0 ? value : g.transpose(value, [axis, ...others]);
  const folded = (moved.shape[0] ?? 0) / batchSize;
  return folded === 1 ? moved : g.reshape(moved, [batchSize, folded, ...moved.shape.slice(1)]);
}
