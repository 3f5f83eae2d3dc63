import { type DefaultError, type MutateOptions, type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

/** The time between the clicks of a double click, at most. */
const DOUBLE_CLICK_MS = 500;

/**
 * Work that a click or Enter starts, once: while it runs, and for a moment after it is done, starting it again does nothing.
 * (React shows that it runs at the next render only, too late for the second click.) Where one function does several things,
 * `of` names which of them is done.
 */
export function useOnce<Input extends unknown[], Result>(
  work: (...input: Input) => Promise<Result>,
  of: (...input: Input) => string = () => '',
): (...input: Input) => Promise<Result | undefined> {
  const latest = useRef({ work, of });
  latest.current = { work, of };
  const closed = useRef(new Set<string>());
  return useCallback(async (...input) => {
    const thing = latest.current.of(...input);
    if (closed.current.has(thing)) return;
    closed.current.add(thing);
    const open = () => closed.current.delete(thing);
    try {
      const result = await latest.current.work(...input);
      setTimeout(open, DOUBLE_CLICK_MS);
      return result;
    } catch (fault) {
      open();
      throw fault;
    }
  }, []);
}

/** A mutation whose `mutate` sends one write at a time; every form has this one. */
export function useWrite<Data = unknown, Fault = DefaultError, Input = void, Context = unknown>(
  options: UseMutationOptions<Data, Fault, Input, Context>,
  of?: (input: Input) => string,
): UseMutationResult<Data, Fault, Input, Context> {
  const write = useMutation(options);
  type Callbacks = MutateOptions<Data, Fault, Input, Context>;
  const send = useOnce<[Input, Callbacks?], Data>((input, callbacks) => write.mutateAsync(input, callbacks), of);
  // Who wants to know how it went gave `onError`.
  const mutate = useCallback((input: Input, callbacks?: Callbacks) => void send(input, callbacks).catch(() => {}), [send]);
  return { ...write, mutate: mutate as typeof write.mutate };
}
