import { type NotificationView, streamMyNotifications } from '@regulars/client';

const NAME = 'regulars.notifications';
const PAUSE_MS = 2_000;
const PAUSE_MAX_MS = 60_000;

type OnNotification = (notification: NotificationView) => void;

/** Calls back with notifications as they come; returns how to stop it. One tab listens to the server, and passes them to the others. */
export function subscribe(onNotification: OnNotification): () => void {
  const over = new AbortController();
  const tabs = new BroadcastChannel(NAME);
  tabs.onmessage = ({ data }: MessageEvent<NotificationView>) => onNotification(data);
  const stream = () =>
    streaming((notification) => {
      onNotification(notification);
      tabs.postMessage(notification);
    }, over.signal);
  // Absent where the page is not served by HTTPS or from this machine: then each tab listens.
  const turn = navigator.locks ? navigator.locks.request(NAME, { signal: over.signal }, stream) : stream();
  // Called off before its turn came.
  turn.catch(() => undefined);
  return () => {
    over.abort();
    tabs.close();
  };
}

/** Streams end with their access token, and with the connection; each goes on where the last one stopped. */
async function streaming(onNotification: OnNotification, over: AbortSignal) {
  let last: string | undefined;
  let pause = PAUSE_MS;
  while (!over.aborted) {
    let failed = false;
    const { stream } = await streamMyNotifications({
      signal: over,
      headers: last ? { 'Last-Event-ID': last } : undefined,
      // Every connection takes a fresh token, so trying again is done here.
      sseMaxRetryAttempts: 1,
      onSseError: () => {
        failed = true;
      },
      onSseEvent: ({ event, id, data }) => {
        if (event !== 'notification') return;
        last = id;
        // The description knows the list of events; each has one of them as data.
        onNotification(data as unknown as NotificationView);
      },
    });
    for await (const _ of stream) pause = PAUSE_MS;
    await sleep(pause, over);
    pause = failed ? Math.min(pause * 2, PAUSE_MAX_MS) : PAUSE_MS;
  }
}

function sleep(ms: number, over: AbortSignal) {
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
