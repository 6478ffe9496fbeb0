import { z } from "zod";

/** A number that was measured. JSON has no NaN or infinity: such values are written as null and read back as NaN. */
export const Measured = z.union([z.number(), z.nan(), z.null().transform(() => Number.NaN)]);

/**
 * Metrics of one evaluation: numbers by name, grouped at most once, in the form of the demo's JSON, for example
 * `{ "imageToText": { "recallAt1": 61.2 }, "rSum": 402.1 }`.
 */
export const Metrics = z.record(z.string(), z.union([Measured, z.record(z.string(), Measured)]));
export type Metrics = z.infer<typeof Metrics>;
