import { useCallback, useRef } from 'react';

/** 16 random bytes in hexadecimal. `crypto.randomUUID` is absent where the page is served neither by HTTPS nor from this machine. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Sends requests under idempotency keys that are bound to what is asked for: a retry keeps its key, so that nothing is done
 * twice, and a corrected form has another one. What went through may be asked for again, under a new key.
 */
export function useIdempotencyKey() {
  const keys = useRef(new Map<string, string>());
  return useCallback(async <Answer>(request: unknown, send: (headers: { 'Idempotency-Key': string }) => Promise<Answer>) => {
    const content = JSON.stringify(request);
    const key = keys.current.get(content) ?? randomKey();
    keys.current.set(content, key);
    const answer = await send({ 'Idempotency-Key': key });
    keys.current.delete(content);
    return answer;
  }, []);
}
