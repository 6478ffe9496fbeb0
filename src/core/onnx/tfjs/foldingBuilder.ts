import { evaluationRules } from "../../graph/evaluation/evaluationRules";
import type { Attributes } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import { OpBuilder } from "../../graph/opBuilder";
import type { OpType } from "../../graph/opType";

/**
 * Computes at once what depends on constants only: the shape arithmetic that TensorFlow graphs are full of disappears, and
 * weights come out in ONNX's axis order.
 */
export class FoldingBuilder extends OpBuilder {
  override node(
    opType: OpType,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: { readonly outputCount?: number; readonly domain?: string; readonly name?: string } = {},
  ): Value[] {
    const outputs = super.node(opType, inputs, attributes, options);
    const constants = inputs.map((input) => input && this.constantOf(input));
    const isConstant = inputs.length > 0 && inputs.every((input, index) => !input || constants[index]);
    if (!isConstant) return outputs;
    const outputTypes = outputs.map(({ dtype, shape }) => ({ dtype, shape }));
    return evaluationRules[opType]({ opType, inputs: constants, attributes, outputTypes })
      .slice(0, outputs.length)
      .map((value) => this.constant(value));
  }
}
