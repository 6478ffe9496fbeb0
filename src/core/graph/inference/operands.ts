import { normalizeAxis } from "../geometry/broadcast";
import { intAttribute } from "../graph";
import type { DataType, Shape } from "../tensor";
import { numbersOf } from "../tensor";
import { DataDependentShapeError, ShapeError, type InferenceContext, type StaticType } from "./rule";

/** Throws the ShapeError of an operator: what it expects and what it got. */
export function refuse({ opType }: { readonly opType: string }, expected: string, got: string): never {
  throw new ShapeError(`${opType} expects ${expected}; got ${got}.`);
}

/** A required input. */
export function operand(context: InferenceContext, index: number, name: string): StaticType {
  return context.inputs[index] ?? refuse(context, `input ${index} (${name})`, "nothing");
}

/** A required input of at least `rank` axes. */
export function operandOfRank(context: InferenceContext, index: number, name: string, rank: number): StaticType {
  const type = operand(context, index, name);
  if (type.shape.length < rank) refuse(context, `${name} of rank ${rank} or more`, describe(type));
  return type;
}

/** Requires input `index`, when present, to have exactly this type. */
export function expectType(
  context: InferenceContext,
  index: number,
  name: string,
  dtype: DataType,
  shape: Shape,
): void {
  const type = context.inputs[index];
  if (type && (type.dtype !== dtype || !sameShape(type.shape, shape)))
    refuse(context, `${name} ${describe({ dtype, shape })}`, describe(type));
}

/** The elements of an input that determines a shape; they have to be known while the graph is built. */
export function knownNumbers(context: InferenceContext, index: number, name: string): number[] {
  const type = operand(context, index, name);
  const value = context.constant(index);
  if (!value)
    throw new DataDependentShapeError(
      `${context.opType} expects ${name} (input ${index}) known while the graph is built; got computed ${describe(type)}.`,
    );
  return numbersOf(value);
}

/** As {@link knownNumbers}; undefined when the optional input is omitted. */
export function optionalNumbers(context: InferenceContext, index: number, name: string): number[] | undefined {
  return context.inputs[index] === undefined ? undefined : knownNumbers(context, index, name);
}

/** `axis` counted from the front; refuses axes that a tensor of this rank does not have. */
export function checkedAxis(context: { readonly opType: string }, axis: number, rank: number): number {
  return normalizeAxis(axis, rank) ?? refuse(context, `an axis in [${-rank}, ${rank})`, `${axis}`);
}

/** The `axis` attribute counted from the front. */
export function axisAttribute(context: InferenceContext, fallback: number, rank: number): number {
  return checkedAxis(context, intAttribute(context.attributes, "axis", fallback), rank);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function isFloat(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

/** A type as error messages show it: `float32[2, 3]`. */
export function describe({ dtype, shape }: StaticType): string {
  return `${dtype}[${shape.join(", ")}]`;
}

export function describeAll(types: readonly (StaticType | undefined)[]): string {
  return types.map((type) => (type ? describe(type) : "nothing")).join(" and ");
}
