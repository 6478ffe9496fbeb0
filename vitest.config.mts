import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // Native sessions are single-threaded in tests, so one worker per core is the right amount of parallelism.
    pool: "forks",
    maxWorkers: availableParallelism(),
  },
});
