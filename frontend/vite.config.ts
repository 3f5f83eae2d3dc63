import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** A visitor reads the page that the server wrote while stylesheet and scripts are still on their way. */
const contentFirst: Plugin = {
  name: 'content-first',
  enforce: 'post',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const assets: string[] = [];
      const rest = html.replace(/\s*<(?:script type="module"[^>]*><\/script|link rel="(?:stylesheet|modulepreload)"[^>]*)>/g, (tag) => {
        assets.push(tag.trim());
        return '';
      });
      return rest.replace('<!--assets-->', assets.join('\n    '));
    },
  },
};

/** The server sends files as they lie here, so that none is compressed twice. */
const compressed: Plugin = {
  name: 'compressed',
  async writeBundle({ dir = '' }, bundle) {
    const worth = Object.keys(bundle).filter((name) => /\.(?:js|css|svg|json)$/.test(name));
    await Promise.all(
      worth.map(async (name) => {
        const bytes = await readFile(join(dir, name));
        await writeFile(join(dir, `${name}.br`), await promisify(brotliCompress)(bytes));
        await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }));
      }),
    );
  },
};

/** What a route loads when somebody goes there; only its address and its guard are in the entry. */
const TOGETHER = [['loader', 'component', 'pendingComponent', 'errorComponent', 'notFoundComponent'] as const];

const server = process.env.REGULARS_URL ?? 'http://127.0.0.1:8080';

export default defineConfig(({ command }) => ({
  // The server writes a fresh nonce over this word in every page.
  html: command === 'build' ? { cspNonce: '__NONCE__' } : {},
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, codeSplittingOptions: { defaultBehavior: TOGETHER }, quoteStyle: 'single' }),
    react(),
    command === 'build' && [contentFirst, compressed],
  ],
  resolve: {
    tsconfigPaths: true,
    dedupe: ['react', 'react-dom', '@tanstack/react-query'],
  },
  build: { target: 'es2023', sourcemap: false, reportCompressedSize: false },
  server: { proxy: { '/api': server, '/feeds': server, '/docs': server, '/openapi.json': server, '/site.webmanifest': server } },
}));
