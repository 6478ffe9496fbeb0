import { z } from "zod";

/** An expression as written: spans count its characters, so nothing is trimmed. */
export const phrase = z
  .string({ error: "a text" })
  .max(10_000, { error: "a text of at most 10,000 characters" })
  .refine((written) => written.trim() !== "", { error: "a text that is not empty" });

const number = z.number({ error: "a number" });

export const boxNumbers = z.array(number, { error: "a box [x, y, width, height]" }).length(4, {
  error: "a box [x, y, width, height]",
});

/** Characters from `begin` to before `end` each. */
export const spanList = z
  .array(z.array(number, { error: "a span [begin, end]" }).length(2, { error: "a span [begin, end]" }), {
    error: "a list of spans [[begin, end], …]",
  })
  .max(1000, { error: "at most 1000 spans" });
