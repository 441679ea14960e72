/** Calls `then` once after `milliseconds`, unless the returned function is called before. Passed in, so that tests set it. */
export type Timer = (milliseconds: number, then: () => void) => () => void;

/** The timer of the operating system. */
export const systemTimer: Timer = (milliseconds, then) => {
  const id = setTimeout(then, milliseconds);
  return () => clearTimeout(id);
};

/** Waits for `milliseconds`; ends early, without an error, when the signal is aborted. */
export function sleep(timer: Timer, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = timer(milliseconds, done);
    signal?.addEventListener("abort", done);
  });
}

/** What the promise gives; when it takes longer than `milliseconds`, rejects with what `late` makes. */
export async function within<T>(
  timer: Timer,
  milliseconds: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  const gate = Promise.withResolvers<never>();
  const cancel = timer(milliseconds, () => gate.reject(late()));
  try {
    return await Promise.race([promise, gate.promise]);
  } finally {
    cancel();
  }
}
