import { z } from "zod";

/** Kebab-case names of experiments and variants: they become parts of directory names, joined by dots. */
export const Name = z
  .string()
  .max(80)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: "lower-case letters and digits, joined by hyphens" });

/** Path of a file or folder as written in an experiment file: relative to that file, or absolute. */
export const PathText = z.string().min(1).max(4096);
