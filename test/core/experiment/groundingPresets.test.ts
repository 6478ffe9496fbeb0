import { expect, test } from "vitest";
import { taskExperiment } from "../../../src/core/experiment/taskTemplates";
import { VisualGroundingConfig } from "../../../src/core/experiment/tasks/visualGroundingConfig";
import { sizeOf } from "../../../src/core/graph/tensor";
import { buildVisualGrounding } from "../../../src/core/tasks/visualGrounding";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { learningRateFactor } from "../../../src/core/nn/optimizers/parameterGroups";

test("the preset of MDETR makes a whole experiment, with the published number of parameters", () => {
  const files = {
    name: "refcoco",
    data: "a.json",
    model: "mdetr.onnx",
    textModel: "",
    tokenizer: "t.json",
    seeds: [0],
  };
  const config = VisualGroundingConfig.parse(taskExperiment("mdetr", files));
  const states = config.joint.backbone.decoderStates;
  const { g, parameters, root } = (() => {
    const builder = new OpBuilder();
    const context = new ModelContext(builder, "train");
    return { g: builder, parameters: context.parameters, root: context.root };
  })();
  const inputs = (kind: string, tokens: number) =>
    states.map((_, layer) => g.input(`${kind}.${layer}`, "float32", [1, tokens, 256]));
  const { predictions } = buildVisualGrounding(
    root,
    { hiddenStates: inputs("encoder", 12), decoderStates: inputs("decoder", 5) },
    {
      method: config.joint.method,
      textTokens: [8, 12],
      heads: { slotCount: config.heads.slots, alignmentDim: config.heads.alignmentDim },
    },
  );
  expect(predictions).toHaveLength(4);
  expect(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(712_966);
  const { groups } = config.training.optimizer;
  const slow = parameters.filter(({ name }) => learningRateFactor(groups, name) === 0.1);
  expect(slow.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(65_792 + 132_612 + 32_896);
});
