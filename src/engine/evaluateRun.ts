import type { RunEvent } from "../core/experiment/runEvent";
import type { EvaluateReply, EvaluateRequest } from "../protocol/engine";
import { openModel } from "./openModel";
import { confidenceSummary } from "./training/writeConfidence";

/**
 * Measures the best checkpoint of a run on a split, with the settings and files that the run names.
 * @throws UserError when the run has no best checkpoint or its files are gone
 */
export async function* evaluateRun(
  request: EvaluateRequest & { readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, EvaluateReply> {
  const { split } = request;
  const { evaluator, executor, changes, close } = yield* openModel(request);
  try {
    for (const message of changes) yield { type: "warning", message };
    yield { type: "phaseStarted", phase: "evaluate", split };
    const evaluation = await evaluator.evaluate(split);
    const confidence = confidenceSummary(evaluation);
    return { metrics: evaluation.metrics, ...(confidence && { confidence }), device: executor.device };
  } finally {
    await close();
  }
}
