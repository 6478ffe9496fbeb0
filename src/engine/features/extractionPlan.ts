import { createHash } from "node:crypto";

import type { Graph, NamedValue } from "../../core/graph/graph";
import { isExternal } from "../../core/graph/graph";
import { UserError } from "../../core/errors";
import { keepOutputs, resolveTaps, resolveValues } from "../../core/onnx/resolveTaps";
import { buildTapGraph, type FeatureType, type TapGraph } from "../../core/onnx/tapGraph";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { FeatureCache } from "./featureCache";
import type { FeatureSource, SourceInputs } from "./featureSource";
import type { Fingerprints } from "./fingerprints";
import { MASK, RecordLayout } from "./recordLayout";

/** Raised when features computed before are not those computed now. */
const FEATURES_VERSION = 1;

export interface ExtractionRequest {
  /** The frozen backbone; `path` is absolute. */
  readonly backbone: { readonly path: string; readonly graph: Graph };
  /** Names of values or indices of hidden states, low to high; all hidden states by default. */
  readonly taps?: readonly (string | number)[] | undefined;
  /** Names of further values to keep beside the hidden states, such as the backbone's own final embedding. */
  readonly beside?: readonly string[] | undefined;
  readonly source: FeatureSource;
  readonly dtype: FeatureType;
  readonly executor: OrtExecutor;
  readonly cache: FeatureCache;
  /** Items per run of the backbone; a model with a batch size of its own overrules it. */
  readonly batchSize?: number;
}

/** The axis that items of several units have in front. */
export function unitAxis({ unitsPerItem }: SourceInputs): readonly number[] {
  return unitsPerItem === undefined ? [] : [unitsPerItem];
}

/**
 * How a source feeds a backbone that is run for these values.
 * @param values names, hidden states first
 * @throws UserError when source and backbone do not fit together
 */
export function describeSource(
  source: FeatureSource,
  { path: label, graph }: ExtractionRequest["backbone"],
  values: readonly string[],
): SourceInputs {
  const { inputs } = keepOutputs(graph, values);
  return source.describeInputs(inputs, label, ({ shapes, types }) => {
    const batchSize = ownBatchSize(inputs, label) ?? 1;
    // All values, since the first may need fewer inputs than are fed.
    const request = { taps: values, batchSize, inputShapes: shapes, inputTypes: types, label } as const;
    const [first] = buildTapGraph(graph, { ...request, dtype: "float32" }).taps;
    if (first?.shape.length !== 2)
      throw new UserError(
        `The hidden state "${first?.value ?? "?"}" of "${label}" is [batch, ${first?.shape.join(", ") ?? ""}], not [batch, tokens, width]; name the states of the joint sequence under "hiddenStates".`,
      );
    return first.shape[0] ?? 0;
  });
}

/** How a backbone is run for its taps. */
export interface TapPlan {
  /** Of `batchSize` items, that is as many rows times the units of an item. */
  readonly tapGraph: TapGraph;
  readonly inputs: SourceInputs;
  /** Items per run. */
  readonly batchSize: number;
  /** The same for items whose inputs have another shape, where there are such; `inputs.turned` tells which. */
  readonly turned?: TapGraph;
}

/** Everything about an extraction that can be told without running the backbone. */
export interface ExtractionPlan extends TapPlan {
  readonly key: string;
  readonly layout: RecordLayout;
  /** Content address of each item; undefined for files that cannot be read. */
  readonly items: readonly (string | undefined)[];
}

/** Rows of the backbone per run. */
const DEFAULT_ROWS = 32;
const HASHED_AT_ONCE = 8;

/**
 * Resolves taps, checks the inputs and addresses the features by content.
 * @throws UserError when backbone, taps and source do not fit together
 */
export async function planExtraction(request: ExtractionRequest, fingerprints: Fingerprints): Promise<ExtractionPlan> {
  const { backbone, source, dtype, executor } = request;
  const taps = planTaps(request);
  const { inputs, tapGraph } = taps;
  const layout = new RecordLayout([
    ...(inputs.mask ? [{ name: MASK, dtype: "float32", shape: [inputs.mask.length] } as const] : []),
    ...tapGraph.taps.map(({ value, shape }) => ({ name: value, dtype, shape: [...unitAxis(inputs), ...shape] })),
  ]);
  const address = {
    version: FEATURES_VERSION,
    model: await hashModel(backbone, fingerprints),
    tensors: layout.tensors,
    source: inputs.settings,
    device: executor.device,
  };
  return {
    ...taps,
    key: createHash("sha256").update(canonical(address)).digest("hex").slice(0, 32),
    layout,
    items: await hashItems(source, fingerprints),
  };
}

/**
 * Resolves taps, checks the inputs and builds the graph that gives the taps of a batch.
 * @throws UserError when backbone, taps and source do not fit together
 */
export function planTaps(
  request: Pick<ExtractionRequest, "backbone" | "taps" | "beside" | "source" | "dtype" | "batchSize">,
): TapPlan {
  const { backbone, source, dtype } = request;
  const label = backbone.path;
  const taps = [
    ...resolveTaps(backbone.graph, request.taps, label),
    ...resolveValues(backbone.graph, request.beside ?? [], label),
  ];
  const modelInputs = keepOutputs(backbone.graph, taps).inputs;
  const inputs = describeSource(source, backbone, taps);
  const { unitsPerItem = 1 } = inputs;
  const rows = ownBatchSize(modelInputs, label);
  if (rows !== undefined && rows % unitsPerItem !== 0)
    throw new UserError(
      `"${label}" is made for ${rows} rows at a time, which are no whole items of ${unitsPerItem}; export it with a free batch axis.`,
    );
  const batchSize =
    rows === undefined
      ? (request.batchSize ?? Math.max(1, Math.floor(DEFAULT_ROWS / unitsPerItem)))
      : rows / unitsPerItem;
  const tapGraphOf = ({ shapes }: Pick<SourceInputs, "shapes">): TapGraph =>
    buildTapGraph(backbone.graph, {
      taps,
      batchSize: batchSize * unitsPerItem,
      inputShapes: shapes,
      inputTypes: inputs.types,
      dtype,
      label,
    });
  const tapGraph = tapGraphOf(inputs);
  if (!inputs.turned) return { tapGraph, inputs, batchSize };
  const turned = tapGraphOf(inputs.turned);
  checkSameShapes(tapGraph, turned, label);
  return { tapGraph, inputs, batchSize, turned };
}

function checkSameShapes(lying: TapGraph, standing: TapGraph, label: string): void {
  for (const [at, { value, shape }] of lying.taps.entries()) {
    const other = standing.taps[at]?.shape ?? [];
    if (shape.join() !== other.join())
      throw new UserError(
        `The hidden state "${value}" of "${label}" is [${shape.join(", ")}] for lying pictures and [${other.join(", ")}] for standing ones; set "canvas" of the preprocessing to "fixed".`,
      );
  }
}

/** The batch size that an exporter wrote into the model, if it did. */
function ownBatchSize(inputs: readonly NamedValue[], label: string): number | undefined {
  const sizes = new Set(inputs.map(({ shape }) => shape?.[0]).filter((size) => typeof size === "number"));
  if (sizes.size > 1)
    throw new UserError(
      `The inputs of "${label}" have different batch sizes (${[...sizes].join(", ")}); export it with a free batch axis.`,
    );
  const [size] = sizes;
  return size;
}

/** Hash of the model file and of the files in which it keeps weights. */
async function hashModel({ path, graph }: ExtractionRequest["backbone"], fingerprints: Fingerprints): Promise<string> {
  const files = new Set([path]);
  for (const initializer of graph.initializers.values())
    if (isExternal(initializer)) files.add(initializer.location.path);
  const hash = createHash("sha256");
  for (const file of [...files].sort()) hash.update(await fingerprints.hashOf(file));
  return hash.digest("hex");
}

async function hashItems(source: FeatureSource, fingerprints: Fingerprints): Promise<(string | undefined)[]> {
  const items = Array<string | undefined>(source.count);
  for (let start = 0; start < source.count; start += HASHED_AT_ONCE) {
    const group = Array.from({ length: Math.min(HASHED_AT_ONCE, source.count - start) }, (_, offset) => start + offset);
    await Promise.all(
      group.map(async (index) => {
        items[index] = await source.hashOf(index, fingerprints).catch(() => undefined);
      }),
    );
  }
  return items;
}

/** JSON with sorted keys: equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
