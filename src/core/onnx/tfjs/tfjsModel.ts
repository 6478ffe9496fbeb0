import { z } from "zod";
import { UserError } from "../../errors";
import type { Tensor } from "../../graph/tensor";
import { type TfAttributes, tfAttributesSchema } from "./tfAttributes";
import { decodeWeights, weightsManifestSchema } from "./tfWeights";

/** One output of a node of a TensorFlow graph. */
export interface TfReference {
  readonly node: string;
  readonly index: number;
}

export interface TfNode {
  readonly name: string;
  readonly op: string;
  /** Data inputs; control dependencies order side effects, of which a frozen graph has none. */
  readonly inputs: readonly TfReference[];
  readonly attributes: TfAttributes;
}

/** A TensorFlow.js graph model in memory. */
export interface TfjsModel {
  /** Where it came from, for messages. */
  readonly source: string;
  readonly nodes: ReadonlyMap<string, TfNode>;
  /** Values of the `Const` nodes. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

const modelSchema = z.object({
  modelTopology: z.object({
    node: z.array(
      z.object({
        name: z.string(),
        op: z.string(),
        input: z.array(z.string()).optional(),
        attr: tfAttributesSchema.optional(),
      }),
    ),
  }),
  weightsManifest: weightsManifestSchema,
});

function parse(json: unknown, source: string): z.infer<typeof modelSchema> {
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${source} is not a TensorFlow.js graph model: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unreadable"}; ` +
      `expected the model.json that tensorflowjs_converter writes with output format tfjs_graph_model.`,
    { cause: parsed.error },
  );
}

/** Paths of the weight files that a model.json refers to, relative to it. */
export function shardPathsOf(json: unknown, source: string): string[] {
  return parse(json, source).weightsManifest.flatMap((group) => group.paths);
}

/**
 * Reads a TensorFlow.js graph model.
 * @param json the parsed model.json
 * @param shards bytes of each weight file under its path as the model.json gives it
 * @throws UserError when the file is no graph model or weights are missing
 */
export function decodeTfjsModel(json: unknown, shards: ReadonlyMap<string, Uint8Array>, source: string): TfjsModel {
  const { modelTopology, weightsManifest } = parse(json, source);
  const nodes = new Map<string, TfNode>();
  for (const { name, op, input, attr } of modelTopology.node) {
    nodes.set(name, { name, op, inputs: dataInputs(input ?? []), attributes: attr ?? {} });
  }
  return { source, nodes, weights: decodeWeights(weightsManifest, shards, source) };
}

function dataInputs(names: readonly string[]): TfReference[] {
  return names.filter((name) => !name.startsWith("^")).map(parseReference);
}

/** `name` or `name:index`. */
export function parseReference(text: string): TfReference {
  const colon = text.lastIndexOf(":");
  return colon < 0 ? { node: text, index: 0 } : { node: text.slice(0, colon), index: Number(text.slice(colon + 1)) };
}
