import { z } from "zod";

/** Parts of a network with a learning rate of their own. */
export const ParameterGroups = z
  .array(
    z.strictObject({
      contains: z.array(z.string().min(1)).min(1).describe("Parameters whose name contains one of these belong to it."),
      learningRateFactor: z
        .number()
        .min(0)
        .describe("Their learning rate is this times that of the rest; 0 keeps them as they are."),
    }),
  )
  .optional()
  .describe(
    'Parameters with a learning rate of their own, the first match counting, e.g. [{ "contains": ["head."], "learningRateFactor": 0.1 }].',
  );
export type ParameterGroups = z.infer<typeof ParameterGroups>;

/** What the learning rate of the parameter of this name is multiplied with. */
export function learningRateFactor(groups: ParameterGroups, parameterName: string): number {
  const group = groups?.find(({ contains }) => contains.some((part) => parameterName.includes(part)));
  return group?.learningRateFactor ?? 1;
}
