import { defineConfig } from 'vitest/config';

/** Tests of what the pages decide by themselves, beside the files that they test. They need neither a server nor a browser. */
export default defineConfig({
  resolve: { tsconfigPaths: true, dedupe: ['react', 'react-dom', '@tanstack/react-query'] },
  test: {
    environment: 'happy-dom',
    // Each file has modules and a window of its own, without a process for each.
    pool: 'vmThreads',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // What a test has drawn is taken away after it: Testing Library looks for a global `afterEach`.
    globals: true,
    env: { TZ: 'UTC' },
  },
});
