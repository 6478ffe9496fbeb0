/**
 * Does all tasks in order, at most `lanes` at a time; one that fails does not keep the others from being done.
 * @returns the outcomes in the order of the tasks
 */
export async function inLanes<T>(
  tasks: readonly (() => Promise<T>)[],
  lanes: number,
): Promise<PromiseSettledResult<T>[]> {
  const outcomes = new Array<PromiseSettledResult<T>>(tasks.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index];
      if (!task) continue;
      const [outcome] = await Promise.allSettled([task()]);
      outcomes[index] = outcome;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, lane));
  return outcomes;
}
