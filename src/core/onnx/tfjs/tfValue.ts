import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/**
 * A tensor of the TensorFlow graph during conversion. TensorFlow keeps channels last, ONNX's image operators want them
 * second. Values stay in the order in which they were computed, so that a chain of image operators has no transpose in it.
 */
export interface TfValue {
  readonly value: Value;
  /** Whether `value` holds TensorFlow's [B, H, W, C] as [B, C, H, W]. */
  readonly isChannelsFirst: boolean;
  /** For coordinates of a mask's true elements: the mask. */
  readonly mask?: Value | undefined;
  /** Whether axis 0 also holds rows that TensorFlow would have left out, see `rules/rows.ts`. */
  readonly hasSpareRows?: boolean | undefined;
}

/** A value in TensorFlow's own axis order. */
export function asIs(value: Value): TfValue {
  return { value, isChannelsFirst: false };
}

/** A value whose TensorFlow axes [B, H, W, C] are stored as [B, C, H, W]. */
export function channelsFirst(value: Value): TfValue {
  return { value, isChannelsFirst: true };
}

export const toChannelsFirstOrder = [0, 3, 1, 2] as const;
export const toChannelsLastOrder = [0, 2, 3, 1] as const;

/** Where axis `axis` of TensorFlow's [B, H, W, C] lies in [B, C, H, W]. */
export function channelsFirstAxis(axis: number): number {
  return toChannelsFirstOrder.indexOf(axis as 0 | 1 | 2 | 3);
}

/** Brings values into either order, each one once. */
export class LayoutConverter {
  readonly #channelsLast = new Map<string, Value>();
  readonly #channelsFirst = new Map<string, Value>();

  constructor(readonly g: OpBuilder) {}

  toAsIs({ value, isChannelsFirst }: TfValue): Value {
    return isChannelsFirst ? this.#converted(this.#channelsLast, value, toChannelsLastOrder) : value;
  }

  toChannelsFirst({ value, isChannelsFirst }: TfValue): Value {
    return isChannelsFirst ? value : this.#converted(this.#channelsFirst, value, toChannelsFirstOrder);
  }

  #converted(done: Map<string, Value>, value: Value, order: readonly number[]): Value {
    const converted = done.get(value.name) ?? this.g.transpose(value, order);
    done.set(value.name, converted);
    return converted;
  }
}
