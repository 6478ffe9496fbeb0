import { UserError } from "../../errors";
import type { Attribute, Attributes } from "../../graph/graph";
import { floatAttribute, int, intAttribute, intsAttribute, stringAttribute } from "../../graph/graph";
import { type RawNode, withoutAttributes } from "./rawNode";
import type { UpgradeContext, UpgradeRule } from "./upgradeContext";

/** Operators whose parameters were attributes before they became inputs. */

/** Squeeze, Unsqueeze before 13; ReduceSum before 13, the other reductions before 18. */
export const axesToInput: UpgradeRule = (node, context) => {
  const axes = intsAttribute(node.attributes, "axes");
  if (!axes) return node;
  return {
    ...node,
    inputs: [node.inputs[0] ?? "", context.ints(axes)],
    attributes: withoutAttributes(node.attributes, "axes"),
  };
};

/** Clip before 11. Bounds have the element type of the input. */
export const clipBoundsToInputs: UpgradeRule = (node, context) => {
  const dtype = context.dtype(node.inputs[0]);
  const bound = (name: string): string =>
    node.attributes[name] ? context.scalar(floatAttribute(node.attributes, name, 0), dtype) : "";
  return { ...node, inputs: [node.inputs[0] ?? "", bound("min"), bound("max")], attributes: {} };
};

/** Pad before 11. */
export const padsToInput: UpgradeRule = (node, context) => {
  const { attributes } = node;
  const pads = intsAttribute(attributes, "pads") ?? [];
  const mode = stringAttribute(attributes, "mode", "constant");
  const value = floatAttribute(attributes, "value", 0);
  const inputs = [node.inputs[0] ?? "", context.ints(pads)];
  if (mode === "constant" && value !== 0) inputs.push(context.scalar(value, context.dtype(node.inputs[0])));
  return { ...node, inputs, attributes: { mode: { kind: "string", value: mode } } };
};

/** Slice before 10. */
export const sliceToInputs: UpgradeRule = (node, context) => {
  const starts = intsAttribute(node.attributes, "starts") ?? [];
  const ends = intsAttribute(node.attributes, "ends") ?? [];
  const axes = intsAttribute(node.attributes, "axes") ?? starts.map((_, axis) => axis);
  return {
    ...node,
    inputs: [node.inputs[0] ?? "", context.ints(starts), context.ints(ends), context.ints(axes)],
    attributes: {},
  };
};

/** Split before 13 had its sizes as attribute; since 18, equal parts want their number. */
export const splitSizes: UpgradeRule = (node, context) => {
  const axis = int(intAttribute(node.attributes, "axis", 0));
  const sizes = intsAttribute(node.attributes, "split");
  if (sizes) return { ...node, inputs: [node.inputs[0] ?? "", context.ints(sizes)], attributes: { axis } };
  if (node.inputs[1] !== undefined && node.inputs[1] !== "") return { ...node, attributes: { axis } };
  return { ...node, inputs: node.inputs.slice(0, 1), attributes: { axis, num_outputs: int(node.outputs.length) } };
};

/** TopK before 10; later additions (`largest`, `sorted`) default to what it did. */
export const topKCountToInput: UpgradeRule = (node, context) => {
  const attributes: Attributes = withoutAttributes(node.attributes, "k");
  const count = intAttribute(node.attributes, "k", 1);
  return { ...node, inputs: [node.inputs[0] ?? "", context.ints([count])], attributes };
};

/** Softmax and LogSoftmax before 13 normalised over all axes from `axis` (default 1) on, as if flattened to a matrix. */
export const flatteningSoftmax: UpgradeRule = (node, context) => {
  const axis = intAttribute(node.attributes, "axis", 1);
  const [input = ""] = node.inputs;
  const rank = (context.shape(input) ?? context.shape(node.outputs[0]))?.length;
  if (axis === -1 || axis + 1 === rank) return { ...node, attributes: { axis: int(-1) } };
  const matrix = context.op("Flatten", [input], { axis: int(axis) });
  const normalized = context.op(node.opType, [matrix], { axis: int(-1) });
  return reshapeLike(node, normalized, input, context);
};

/** The node's output as `value` in the shape of `like`. */
export function reshapeLike(node: RawNode, value: string, like: string, context: UpgradeContext): RawNode {
  return { ...node, opType: "Reshape", inputs: [value, context.op("Shape", [like])], attributes: {} };
}

/** Upsample (until 9) is a Resize that maps coordinates by the scale alone. */
export const upsampleToResize: UpgradeRule = (node, context) => {
  const { attributes } = node;
  const scales = attributes["scales"];
  const scalesInput =
    scales?.kind === "floats"
      ? context.constant({
          dtype: "float32",
          shape: [scales.value.length],
          data: Float32Array.from(scales.value),
        })
      : (node.inputs[1] ?? "");
  return resizeByScale(node, scalesInput, "floor");
};

/** Resize 10 mapped coordinates by the scale alone, and rounded up where it shrank. */
export const resizeFrom10: UpgradeRule = (node, context) => {
  const scales = context.constantOf(node.inputs[1]);
  const shrinks = scales ? Array.from(scales.data as Float32Array).some((scale) => scale < 1) : false;
  return resizeByScale(node, node.inputs[1] ?? "", shrinks ? "ceil" : "floor");
};

function resizeByScale(node: RawNode, scales: string, rounding: "floor" | "ceil"): RawNode {
  const attributes: Record<string, Attribute> = {
    coordinate_transformation_mode: { kind: "string", value: "asymmetric" },
    mode: { kind: "string", value: stringAttribute(node.attributes, "mode", "nearest") },
    nearest_mode: { kind: "string", value: rounding },
  };
  return { ...node, opType: "Resize", inputs: [node.inputs[0] ?? "", "", scales], attributes };
}

/** Resize 11 wanted empty tensors where later versions leave inputs out. */
export const omitEmptyResizeInputs: UpgradeRule = (node, context) => {
  const mode = stringAttribute(node.attributes, "coordinate_transformation_mode", "half_pixel");
  if (mode === "tf_half_pixel_for_nn")
    throw new UserError(
      `${context.label}: node "${node.name}" resizes by "${mode}", which later operator sets dropped; export with opset 13 or newer.`,
    );
  const inputs = node.inputs.map((name, index) => {
    const isEmpty = index > 0 && context.constantOf(name)?.data.length === 0;
    return isEmpty || (index === 1 && mode !== "tf_crop_and_resize") ? "" : name;
  });
  while (inputs.at(-1) === "") inputs.pop();
  return { ...node, inputs };
};
