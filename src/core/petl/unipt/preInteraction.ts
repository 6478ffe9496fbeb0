import { UserError } from "../../errors";
import { ints } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../../nn/modelContext";
import { gridTokens } from "./hiddenStateTokens";
import { l1Normalize } from "./l1Normalize";
import { sideLinear } from "./sideLinear";
import type { UniptOptions } from "./uniptOptions";

/**
 * Brings a larger feature map X [B, C, H, W] to the guide's h × w cells, weighing the positions of each patch by how well
 * they agree with the guide's cell (UniPT's "pre" interaction for CNNs; VSE-infty/lib/adapter_for_cnn.py):
 *
 *   G = ReLU( lift(guide) ),   Q = Σ_c upsample(G) ⊙ X,   W = ReLU(Q) / Σ_patch ReLU(Q) + 1 / (k·k′),   Y = Σ_patch W ⊙ X
 *
 * `average` keeps only the second term of W (the plain mean), `attention` only the first. Each patch is one small matrix
 * here, so that upsampling and patch pooling are two products.
 *
 * guideTokens [B, h·w, C_N] → Y as tokens [B, h·w, C].
 * @throws UserError when the map is not a whole multiple of the guide's size.
 */
export function preInteraction(
  scope: ModelScope,
  map: Value,
  guideTokens: Value,
  guideSize: readonly [height: number, width: number],
  options: Pick<UniptOptions, "preInteraction" | "epsilon" | "epsilonConvention" | "initialization">,
): Value {
  const { g } = scope;
  const [batch = 1, channels = 1, height = 1, width = 1] = map.shape;
  const [rows, columns] = guideSize;
  const [k, kk] = [height / rows, width / columns];
  if (!Number.isInteger(k) || !Number.isInteger(kk)) {
    throw new UserError(
      `A feature map of ${height} × ${width} cannot be divided into the ${rows} × ${columns} cells of the last one; leave it out of "hiddenStates" or choose an image size at which every map is a whole multiple.`,
    );
  }
  const cells = rows * columns;
  if (options.preInteraction === "average") {
    const kernel = ints([k, kk]);
    const mean = g.op("AveragePool", [map], { kernel_shape: kernel, strides: kernel }); // [B, C, h, w]
    return gridTokens(g, mean); // [B, h·w, C]
  }
  const split = g.reshape(map, [batch, channels, rows, k, columns, kk]);
  const patches = g.reshape(g.transpose(split, [0, 2, 4, 1, 3, 5]), [batch, cells, channels, k * kk]);
  const lifted = g.relu(sideLinear(scope, guideTokens, channels, options)); // [B, h·w, C]
  const scores = g.relu(g.matMul(g.unsqueeze(lifted, [2]), patches)); // [B, h·w, 1, k·k′]
  const attention = l1Normalize(g, scores, options);
  const weights = options.preInteraction === "both" ? g.add(attention, g.scalar(1 / (k * kk))) : attention;
  return g.squeeze(g.matMul(patches, g.swapLast(weights)), [3]); // [B, h·w, C]
}
