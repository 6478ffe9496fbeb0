import { UserError } from "../../core/errors";
import { besideHiddenStates, type Side } from "../../core/experiment/sides";
import type { Feeds } from "../../core/graph/executor";
import type { Graph } from "../../core/graph/graph";
import { type Tensor, tensor } from "../../core/graph/tensor";
import type { Draw } from "../../core/nn/itemRandom";
import type { ModelScope } from "../../core/nn/modelContext";
import type { FeatureType } from "../../core/onnx/tapGraph";
import { resolveTaps } from "../../core/onnx/resolveTaps";
import type { MethodInput } from "../../core/petl/method";
import { describeSource, planTaps, unitAxis } from "../features/extractionPlan";
import type { BatchInput, FeatureSource, SourceInputs } from "../features/featureSource";
import { layersAmong, roleOf } from "./featureReader";
import { declareMask, lastTokens, maskInput, methodInput, positionInput, type SideInput } from "./sideInput";

export interface StreamedSide {
  readonly side: Side;
  /** `path` is absolute. */
  readonly backbone: { readonly path: string; readonly graph: Graph };
  readonly source: FeatureSource;
  /** Type that the hidden states pass through: that of a cache to be compared with, else float32. */
  readonly dtype: FeatureType;
}

/**
 * A side whose frozen backbone stands in front of the graphs of the run: nothing is kept on disk, and every reading of an
 * item computes its hidden states anew. No gradient enters the backbone, since it lies before every parameter.
 * @throws UserError when backbone, taps and source do not fit together
 */
export function streamedInput(streamed: StreamedSide): SideInput {
  const { side, backbone, source } = streamed;
  const request = tapRequest(streamed);
  const taps = resolveTaps(backbone.graph, side.backbone.hiddenStates, backbone.path);
  const inputs = describeSource(source, backbone, [...taps, ...request.beside]);
  if (inputs.turned)
    throw new UserError(
      `"${side.name}.backbone" prepares lying and standing pictures differently, which "features.mode": "streamed" cannot mix in a batch; use "cached", or "canvas": "fixed".`,
    );
  const batches = new RotatingBatches(inputs);
  const chosen = layersAmong(side, taps.length) ?? [...taps.keys()];
  const maskLength = inputs.mask?.length;
  return {
    layerNames: chosen.flatMap((layer) => taps[layer] ?? []),
    decoderNames: besideHiddenStates(side).decoder,
    maskLength,
    declare: ({ g }: ModelScope, batchSize: number): MethodInput => {
      const { tapGraph, batchSize: fixedSize } = planTaps({ ...request, batchSize });
      if (fixedSize !== batchSize)
        throw new UserError(
          `"${backbone.path}" is made for batches of ${fixedSize}, not ${batchSize}; export it with a free batch axis, or use "features.mode": "cached".`,
        );
      const fed = tapGraph.graph.inputs.map(({ name, dtype, shape }) => {
        return [name, g.input(pixelsOrTokens(side.name, name), dtype, shape as readonly number[])] as const;
      });
      const copied = g.inline(tapGraph.graph, Object.fromEntries(fed), `${side.name}.backbone`);
      const values = tapGraph.taps.flatMap(({ output }, at) => {
        const value = copied.get(output);
        if (!value) throw new Error(`The graph has no "${output}".`);
        const role = roleOf(side, at, tapGraph.taps.length);
        if (role === "hidden-state" && !chosen.includes(at)) return [];
        const units = unitAxis(inputs);
        const shaped = units.length === 0 ? value : g.reshape(value, [batchSize, ...units, ...value.shape.slice(1)]);
        return [{ role, value: g.cast(shaped, "float32") }];
      });
      return methodInput(values, declareMask(g, { modality: side.name, maskLength }, batchSize));
    },
    read: async (items, needed, draw) => {
      const batch = await batches.fill(items, draw);
      const named: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(batch.feeds)) {
        const input = pixelsOrTokens(side.name, name);
        if (needed.has(input)) named[input] = value;
      }
      return { ...named, ...masksOf(side.name, items.length, batch, needed) };
    },
  };
}

/** Name of the graph input that holds what an input of the backbone is fed with. */
function pixelsOrTokens(side: string, input: string): string {
  return `${side}.input.${input}`;
}

function tapRequest({ side, backbone, source, dtype }: StreamedSide): Parameters<typeof planTaps>[0] & {
  readonly beside: readonly string[];
} {
  const { embedding, decoder } = besideHiddenStates(side);
  return { backbone, taps: side.backbone.hiddenStates, beside: [...embedding, ...decoder], source, dtype };
}

function masksOf(side: string, count: number, batch: BatchInput, needed: ReadonlySet<string>): Feeds {
  const [maskName, positionName] = [maskInput(side), positionInput(side)];
  if (!needed.has(maskName) && !needed.has(positionName)) return {};
  const rows = Array.from({ length: count }, (_, row) => batch.maskOf?.(row) ?? new Float32Array());
  const values = rows.flatMap((row) => Array.from(row));
  const masks = tensor("float32", [count, values.length / Math.max(1, count)], values);
  return {
    ...(needed.has(maskName) && { [maskName]: masks }),
    ...(needed.has(positionName) && { [positionName]: lastTokens(masks) }),
  };
}

/** Two buffers per batch size, filled in turn: one batch can be made while the one before is in use. */
class RotatingBatches {
  readonly #pairs = new Map<number, { readonly batches: readonly [BatchInput, BatchInput]; turn: 0 | 1 }>();

  constructor(readonly inputs: SourceInputs) {}

  async fill(items: Uint32Array, draw?: Draw): Promise<BatchInput> {
    let pair = this.#pairs.get(items.length);
    if (!pair) {
      pair = { batches: [this.inputs.makeBatch(items.length), this.inputs.makeBatch(items.length)], turn: 0 };
      this.#pairs.set(items.length, pair);
    }
    pair.turn = pair.turn === 0 ? 1 : 0;
    const batch = pair.batches[pair.turn];
    await Promise.all(Array.from(items, (item, row) => batch.write(row, item, draw)));
    return batch;
  }
}
