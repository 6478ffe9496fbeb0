import { UserError } from "../errors";
import type { Initializer } from "../graph/graph";
import { tensor } from "../graph/tensor";
import { decodeTensor, type TensorOrigin } from "./decodeTensor";
import { int64Tensor } from "./int64Tensor";
import type { NodeProto } from "./wire/onnxMessages";

/**
 * The tensor that a Constant node stands for, in any of its forms.
 * @throws UserError for sparse and string constants.
 */
export function constantOf(node: NodeProto, label: string, origin: TensorOrigin): Initializer {
  for (const attribute of node.attribute) {
    switch (attribute.name ?? "") {
      case "value":
        if (attribute.t) return decodeTensor(attribute.t, node.output[0] ?? label, origin);
        break;
      case "value_float":
        return tensor("float32", [], [attribute.f ?? 0]);
      case "value_floats":
        return tensor("float32", [attribute.floats.length], attribute.floats);
      case "value_int":
        return int64Tensor([], [attribute.i ?? 0]);
      case "value_ints":
        return int64Tensor([attribute.ints.length], attribute.ints);
    }
  }
  throw new UserError(
    `${origin.label}: ${label} holds a sparse, string or empty constant, which is not supported; export the model with dense numeric constants.`,
  );
}
