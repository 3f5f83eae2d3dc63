import { type NotificationView, streamMyNotifications } from '@regulars/client';

const NAME = 'regulars.notifications';
const PAUSE_MS = 2_000;
const PAUSE_MAX_MS = 60_000;

type Hear = (news: NotificationView) => void;

/** Hears of notifications as they come, until called off. One tab listens to the server, and tells the others. */
export function listen(hear: Hear): () => void {
  const over = new AbortController();
  const tabs = new BroadcastChannel(NAME);
  tabs.onmessage = ({ data }: MessageEvent<NotificationView>) => hear(data);
  const stream = () =>
    streaming((news) => {
      hear(news);
      tabs.postMessage(news);
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
async function streaming(hear: Hear, over: AbortSignal) {
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
        hear(data as unknown as NotificationView);
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
