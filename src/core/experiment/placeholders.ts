import { z } from "zod";

const named = z.looseObject({ name: z.string() });

export const OptimizerConfig = named;
export const ScheduleConfig = named;
export const MethodConfig = named;
export const LossConfig = named;
