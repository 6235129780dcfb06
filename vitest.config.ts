import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['engine/test/**/*.test.ts', 'grader/test/**/*.test.ts'],
    // The engine's random generator and spies are state of the process: one process a file. Two cores are what a learner's machine has at least.
    pool: 'forks', maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000,
  },
});
