import { UserError } from "../../errors";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { Tensor } from "../../graph/tensor";
import { numbersOf } from "../../graph/tensor";
import type { TfNode } from "./tfjsModel";
import type { LayoutConverter, TfValue } from "./tfValue";

/** What a conversion rule sees of one TensorFlow node. */
export class ConversionContext {
  constructor(
    readonly g: OpBuilder,
    readonly node: TfNode,
    readonly inputs: readonly TfValue[],
    readonly layouts: LayoutConverter,
    readonly source: string,
  ) {}

  input(index: number): TfValue {
    const input = this.inputs[index];
    if (!input) this.refuse(`needs an input ${index}`);
    return input;
  }

  /** Input `index` in TensorFlow's axis order. */
  asIs(index: number): Value {
    return this.layouts.toAsIs(this.input(index));
  }

  /** Input `index`, a [B, H, W, C] image to TensorFlow, as [B, C, H, W]. */
  channelsFirst(index: number): Value {
    return this.layouts.toChannelsFirst(this.input(index));
  }

  /** The value of an input that must not depend on the model's inputs. */
  constant(index: number): Tensor {
    const constant = this.g.constantOf(this.asIs(index));
    return constant ?? this.refuse(`needs a constant as input ${index}; here it is computed from the model's inputs`);
  }

  numbers(index: number): number[] {
    return numbersOf(this.constant(index));
  }

  number(index: number): number {
    return this.numbers(index)[0] ?? this.refuse(`needs a number as input ${index}`);
  }

  refuse(reason: string): never {
    throw new UserError(`${this.source}: node "${this.node.name}" (${this.node.op}) ${reason}.`);
  }
}

/** Converts one TensorFlow operator; returns its outputs in order. */
export type ConversionRule = (context: ConversionContext) => TfValue | readonly TfValue[];
