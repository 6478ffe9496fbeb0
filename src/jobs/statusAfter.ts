import type { JobRunStatus } from "../core/experiment/jobRecord";
import { flattenMetrics } from "../core/experiment/flattenMetrics";
import type { RunEvent } from "../core/experiment/runEvent";

/** The status of a run after an event; the same object where the event says nothing about it. @param metric what selects */
export function statusAfter(status: JobRunStatus, event: RunEvent, metric: string | undefined): JobRunStatus {
  if (event.type === "trainingPlanned") return { ...status, epochs: event.epochs };
  if (event.type === "epochEnd") return { ...status, epoch: event.epoch };
  if (event.type !== "evaluationEnd" || !event.isBest || event.split !== "val" || metric === undefined) return status;
  const value = flattenMetrics(event.metrics)[metric];
  return value === undefined ? status : { ...status, best: { epoch: event.epoch, metric, value } };
}
