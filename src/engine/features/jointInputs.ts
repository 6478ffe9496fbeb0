import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { UserError } from "../../core/errors";
import type { NamedValue } from "../../core/graph/graph";
import { describePixels } from "./pixelInput";

/** The inputs of a backbone that reads images and texts, by what they hold. */
export interface JointInputs {
  /** [B, 3, H, W] or [B, H, W, 3] */
  readonly pixels: NamedValue;
  /** 1 on the picture and 0 on padding, [B, H, W]. */
  readonly pixelMask?: NamedValue | undefined;
  /** Token ids, masks and the like, [B, N]. */
  readonly texts: readonly NamedValue[];
}

/**
 * Tells the inputs of a joint backbone apart, by their axes or, where an exporter left those open, by their names.
 * @throws UserError when there is not exactly one for the pixels, or it does not suit the preprocessing
 */
export function jointInputs(
  inputs: readonly NamedValue[],
  label: string,
  preprocessing: PreprocessingConfig,
): JointInputs {
  const ofKind = (kind: InputKind): NamedValue[] => inputs.filter((input) => kindOf(input) === kind);
  const [pixels, second] = ofKind("pixels");
  const [pixelMask, other] = ofKind("pixel-mask");
  if (!pixels || second || other)
    throw new UserError(
      `The joint backbone "${label}" has the inputs ${inputs.map(({ name }) => `"${name}"`).join(", ")}; expected one of four axes ` +
        'for the pixels, at most one of three for their mask, and those of the text, such as "input_ids"; export it with these.',
    );
  describePixels([pixels], label, preprocessing, "joint.backbone.preprocessing");
  return { pixels, pixelMask, texts: ofKind("text") };
}

type InputKind = "pixels" | "pixel-mask" | "text";

function kindOf({ name, shape }: NamedValue): InputKind {
  const isOfPixels = shape ? shape.length > 2 : /pixel|image/i.test(name);
  if (!isOfPixels) return "text";
  return (shape ? shape.length === 3 : /mask/i.test(name)) ? "pixel-mask" : "pixels";
}
