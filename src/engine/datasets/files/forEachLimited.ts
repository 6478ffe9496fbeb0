/** As many files are waited for at a time. */
const concurrency = 16;

/** Works on all values, a bounded number at a time. */
export async function forEachLimited<T>(
  values: readonly T[],
  work: (value: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < values.length) {
      const index = next++;
      await work(values[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, values.length) }, lane));
}
