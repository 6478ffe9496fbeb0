// Reporter of `node --test`: writes `{ passed, failed, skipped }` when all is done.
export default async function* countTests(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    if (data?.details?.type === "suite") continue;
    if (type === "test:pass") counts[data.skip || data.todo ? "skipped" : "passed"]++;
    else if (type === "test:fail") counts.failed++;
  }
  yield JSON.stringify(counts);
}
