import type { Value } from "../graph/graphBuilder";
import { frameEmbedding } from "../nn/layers/frameEmbedding";
import { clip4ClipL2, l2Normalize } from "../nn/layers/l2Normalize";
import { meanPool } from "../nn/layers/tokenPooling";
import { symmetricCrossEntropy } from "../nn/losses/symmetricCrossEntropy";
import type { ModelScope } from "../nn/modelContext";
import type { MethodInput, MethodOutput } from "../petl/method";
import { buildMethod, type MethodConfig } from "../petl/methods";
import type { EmbeddedSide } from "./embeddedSide";

/**
 * A text as in CLIP4Clip: the method's feature, pooled where it has several tokens, scaled to length 1.
 * Parameters are under `method` of `scope`.
 */
export function buildTextEmbedding(scope: ModelScope, input: MethodInput, config: MethodConfig): EmbeddedSide {
  const { g } = scope;
  const method = methodOf(scope, input, config);
  const embedding = l2Normalize(g, meanPool(g, method.tokens, method.mask), clip4ClipL2);
  return { embedding, confidence: method.confidence, confidenceLayers: method.confidenceLayers };
}

/**
 * A video as in CLIP4Clip: every frame goes through the method by itself, and the valid frames are averaged ("meanP").
 *
 * hidden states [B, T, N, C], embedding [B, T, E], mask [B, T] of the frames → [B, E].
 */
export function buildVideoEmbedding(scope: ModelScope, input: MethodInput, config: MethodConfig): EmbeddedSide {
  const { g } = scope;
  const [batch = 1, frames = 1] = input.hiddenStates[0]?.shape ?? [];
  const apart = (x: Value): Value => g.reshape(x, [batch * frames, ...x.shape.slice(2)]);
  const { embedding, mask } = input;
  const method = methodOf(
    scope,
    { hiddenStates: input.hiddenStates.map(apart), ...(embedding && { embedding: apart(embedding) }) },
    config,
  );
  const together = (x: Value): Value => g.reshape(x, [batch, frames, ...x.shape.slice(1)]);
  const vectors = together(meanPool(g, method.tokens, method.mask)); // [B, T, E]
  const confidence = method.confidence && meanPool(g, together(method.confidence), mask); // [B, L]
  return { embedding: frameEmbedding(g, vectors, mask), confidence, confidenceLayers: method.confidenceLayers };
}

/**
 * CLIP4Clip's loss: symmetric cross-entropy of the scaled similarities of texts and videos that belong together row by row.
 * text [B, E], video [B, E] of length 1 → scalar.
 */
export function videoTextLoss(scope: ModelScope, text: Value, video: Value, logitScale: number): Value {
  const { g } = scope;
  return symmetricCrossEntropy(g, g.mul(g.matMul(text, g.swapLast(video)), g.scalar(logitScale)));
}

function methodOf(scope: ModelScope, input: MethodInput, config: MethodConfig): MethodOutput {
  return scope.g.scoped(scope.prefix, () => buildMethod(scope.scope("method"), input, config));
}
