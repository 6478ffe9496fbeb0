import { parseEinsum } from "../../graph/geometry/einsum";
import { string, stringAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import { cotangent, operand, reduceTo, refuse } from "../cotangent";
import type { VjpRule } from "../rule";

/** Letters for the rewritten equation: the standard allows ASCII letters only, the parsed plan may hold others. */
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The cotangent of one operand is the product of the output's cotangent and the other operands, with that operand's
 * indices as the result: for "bij,bjk->bik", dA = "bik,bjk->bij". Indices summed within the operand alone are repeated.
 */
const einsum: VjpRule = (context) => {
  const { g, node } = context;
  const operands = context.inputs.map((_, index) => operand(context, index));
  const plan = parseEinsum(
    stringAttribute(node.attributes, "equation", ""),
    operands.map(({ shape }) => shape),
  );
  if (typeof plan === "string") throw new Error(`Einsum "${node.name}": ${plan}.`);
  const letters = [...plan.sizes.keys()];
  const plain = (indices: readonly string[]): string =>
    indices.map((index) => LETTERS.charAt(letters.indexOf(index))).join("");
  const sizesOf = (indices: readonly string[]): number[] => indices.map((index) => plan.sizes.get(index) ?? 1);

  return operands.map((target, position) => {
    if (!context.needs(position)) return undefined;
    const term = plan.terms[position] ?? [];
    if (new Set(term).size < term.length) refuse(context, "an index occurs twice in one term (a diagonal)");
    const others = operands.flatMap((value, index) => (index === position ? [] : [{ value, index }]));
    const known = new Set([...plan.output, ...others.flatMap(({ index }) => plan.terms[index] ?? [])]);
    const reached = term.filter((index) => known.has(index));
    const equation = `${[plan.output, ...others.map(({ index }) => plan.terms[index] ?? [])].map(plain).join(",")}->${plain(reached)}`;
    const product = g.op("Einsum", [cotangent(context), ...others.map(({ value }): Value => value)], {
      equation: string(equation),
    });
    const aligned = g.reshape(
      product,
      term.map((index) => (known.has(index) ? (plan.sizes.get(index) ?? 1) : 1)),
    );
    return reduceTo(g, aligned, sizesOf(term), target.shape);
  });
};

export const einsumRules = { Einsum: einsum };
