import { UserError } from "../../../core/errors";
import type { Graph } from "../../../core/graph/graph";
import { numbersOf, type Tensor, tensor } from "../../../core/graph/tensor";

/**
 * The reference's inputs that the model has, in the model's own element types.
 * @throws UserError when the model has an input that the reference lacks
 */
export function matchInputs(model: Graph, inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(
    model.inputs.map(({ name, dtype }) => {
      const value = inputs[name];
      if (!value) throw new UserError(`The model has an input "${name}" for which the reference has no value.`);
      return [name, value.dtype === dtype ? value : tensor(dtype, value.shape, numbersOf(value))];
    }),
  );
}
