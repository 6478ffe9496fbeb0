/** Score of each accepted answer, in [0, 1]. */
export type AnswerScores = Readonly<Record<string, number>>;

/**
 * Accuracy in percent: the mean score of the answers given, 0 for one that nobody gave. With the soft scores of VQA v2 this is
 * its accuracy, with scores of 1 (GQA) the share of right answers.
 * @param accepted per question, in the order of `answers`
 */
export function answerAccuracy(answers: readonly string[], accepted: readonly AnswerScores[]): number {
  if (answers.length !== accepted.length)
    throw new RangeError(`${answers.length} answers cannot belong to ${accepted.length} questions.`);
  const sum = accepted.reduce((total, scores, index) => {
    const answer = answers[index] ?? "";
    return total + (Object.hasOwn(scores, answer) ? (scores[answer] ?? 0) : 0);
  }, 0);
  return (100 * sum) / answers.length;
}

/** Soft scores of VQA v2 from how many of the ten annotators gave each answer: 0.3 per vote, at most 1. */
export function softScores(votes: Readonly<Record<string, number>>): AnswerScores {
  return Object.fromEntries(Object.entries(votes).map(([answer, count]) => [answer, Math.min(1, (3 * count) / 10)]));
}
