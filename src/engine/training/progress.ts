/** Where a training stands between two steps: together with the state tensors, all that is needed to go on exactly. */
export interface TrainingProgress {
  /** Steps done; where gradients are accumulated, several make one update. */
  readonly step: number;
  /** Sum of the losses of the epoch under way; zero at its end. */
  readonly epochLossSum: number;
  readonly best?: BestEvaluation | undefined;
  /** Evaluations in a row without a new best. */
  readonly evaluationsSinceBest: number;
}

export interface BestEvaluation {
  readonly epoch: number;
  readonly step: number;
  /** Value of the selecting metric on the validation split. */
  readonly value: number;
  /** Checkpoint with the parameters of then. */
  readonly file: string;
}

export const startOfTraining: TrainingProgress = { step: 0, epochLossSum: 0, evaluationsSinceBest: 0 };

/** Lengths of a training. */
export interface TrainingSchedule {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly batchSize: number;
  readonly sampleCount: number;
}

/** The last batch of an epoch is smaller where the batch size does not divide the number of samples; it is kept. */
export function trainingSchedule(sampleCount: number, batchSize: number, epochs: number): TrainingSchedule {
  const stepsPerEpoch = Math.ceil(sampleCount / batchSize);
  return { epochs, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch, batchSize, sampleCount };
}
