import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './api';
import { loadNamespaces, ready } from './i18n';
import { storeReferralCode } from './referralCode';
import { queries, router } from './router';
import { theme } from './theme';

const nonce = () => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Where the library that stops the page behind a dialog from scrolling looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce() });

/** The server's page stays on the screen until the app can draw the same one. */
async function start() {
  storeReferralCode();
  await ready;
  await router.load();
  const root = document.querySelector('#root');
  if (!root) throw new Error('The page has no #root.');
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
        <QueryClientProvider client={queries}>
          <ModalsProvider>
            <Notifications position="bottom-right" />
            <RouterProvider router={router} />
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
  // Where the connection fails later, the words for it are there.
  loadNamespaces('problems');
}

start();
