import { OpBuilder } from "../../../core/graph/opBuilder";
import { type Shape, sizeOf } from "../../../core/graph/tensor";
import { answerHead } from "../../../core/nn/heads/answerHead";
import { groundingHeads } from "../../../core/nn/heads/groundingHeads";
import { gpoPooling } from "../../../core/nn/layers/gpoPooling";
import { ModelContext, type ModelScope } from "../../../core/nn/modelContext";
import type { MethodInput } from "../../../core/petl/method";
import { unipt } from "../../../core/petl/unipt/unipt";
import type { UniptPresetName } from "../../../core/petl/unipt/uniptOptions";
import { Comparison, type GoldenResult } from "./comparison";
import { GoldenReader } from "./readGolden";

/** Builds one of the networks at its real size; returns what its parameters are counted by. */
type Build = (scope: ModelScope) => void;

const times = (count: number, shape: Shape): Shape[] => Array<Shape>(count).fill(shape);

function method(
  preset: UniptPresetName,
  hiddenStates: readonly Shape[],
  more: (scope: ModelScope) => Partial<MethodInput> = () => ({}),
): Build {
  return (scope) => {
    unipt.build(scope, { hiddenStates: inputs(scope, "h", hiddenStates), ...more(scope) }, { name: "unipt", preset });
  };
}

function inputs({ g }: ModelScope, name: string, shapes: readonly Shape[]) {
  return shapes.map((shape, at) => g.input(`${name}${at}`, "float32", shape));
}

const embedding = ({ g }: ModelScope): Partial<MethodInput> => ({ embedding: g.input("z", "float32", [1, 512]) });

const answers =
  (answerCount: number): Build =>
  (scope) => {
    answerHead(scope, scope.g.input("x", "float32", [1, 768]), { answerCount });
  };

/** MDETR's heads, counting the parameters under a name alone. */
const heads: Build = (scope) => {
  const { g } = scope;
  groundingHeads(scope, [g.input("x", "float32", [1, 100, 256])], g.input("t", "float32", [1, 8, 256]));
};

/** Every count of the file, and which of the network's parameters belong to it. */
const networks: Readonly<Record<string, readonly [Build, RegExp]>> = {
  vse_text_unipt: [method("vse-infinity-text", times(13, [1, 16, 768])), /./],
  vse_image_unipt: [
    method(
      "vse-infinity-cnn",
      [0, 1, 2, 3].map((stage) => [1, 256 << stage, 128 >> stage, 128 >> stage]),
    ),
    /./,
  ],
  gpo_each: [
    (scope) => {
      gpoPooling(scope, scope.g.input("x", "float32", [1, 16, 1024]), undefined);
    },
    /./,
  ],
  clip4clip_image_unipt: [method("clip4clip-image", times(13, [1, 50, 768]), embedding), /./],
  clip4clip_text_unipt: [method("clip4clip-text", times(13, [1, 32, 512]), embedding), /./],
  clipvil_unipt_side: [method("clip-vil", times(13, [1, 260, 768])), /./],
  clipvil_answer_head_vqa_3129: [answers(3129), /./],
  clipvil_answer_head_gqa_1842: [answers(1842), /./],
  mdetr_side: [
    method("mdetr", times(7, [1, 300, 256]), (scope) => ({
      decoderStates: inputs(scope, "d", times(7, [1, 100, 256])),
    })),
    /./,
  ],
  mdetr_class_embed: [heads, /^classHead\./],
  mdetr_bbox_embed: [heads, /^boxHead\./],
  mdetr_contrastive_align_two: [heads, /^(query|token)Projection\./],
};

/** `param_counts`: trainable parameters of every network at its real size. */
export function checkParameterCounts(json: unknown): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  for (const name of golden.keys) {
    const network = networks[name];
    if (!network) throw new Error(`there is no network "${name}"`);
    const [build, counted] = network;
    const context = new ModelContext(new OpBuilder(), "eval");
    build(context.root);
    const count = context.parameters
      .filter((parameter) => counted.test(parameter.name))
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    comparison.number(name, count, golden.at(name).number, {});
  }
  return Promise.resolve(comparison.result());
}
