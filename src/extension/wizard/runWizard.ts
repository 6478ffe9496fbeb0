/** Where a step stands among the others. */
export interface Frame {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
}

/** The user went one step back. */
export const back = Symbol("back");

/** One question: answers so far → answers with one more; undefined when the user gives up. */
export interface Step<A> {
  readonly ask: (answers: A, frame: Frame) => Promise<A | typeof back | undefined>;
  /** Whether the question makes sense after these answers; always, where absent. */
  readonly applies?: (answers: A) => boolean;
}

/**
 * Asks one question after the other, with a way back.
 * @returns all answers; undefined when the user gave up
 */
export async function runWizard<A>(title: string, steps: readonly Step<A>[], start: A): Promise<A | undefined> {
  const path: { readonly index: number; readonly answers: A }[] = [];
  let answers = start;
  for (let index = next(steps, -1, answers); index < steps.length;) {
    const applying = steps.filter(({ applies }) => applies?.(answers) ?? true);
    const current = steps[index] as Step<A>;
    const frame = { title, step: applying.indexOf(current) + 1, totalSteps: applying.length };
    const answer = await current.ask(answers, frame);
    if (answer === undefined) return undefined;
    if (answer === back) {
      const last = path.pop();
      if (!last) return undefined;
      ({ index, answers } = last);
      continue;
    }
    path.push({ index, answers });
    answers = answer;
    index = next(steps, index, answers);
  }
  return answers;
}

function next<A>(steps: readonly Step<A>[], after: number, answers: A): number {
  let index = after + 1;
  while (index < steps.length && !(steps[index]?.applies?.(answers) ?? true)) index++;
  return index;
}
