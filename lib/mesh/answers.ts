import type { Timer } from "./timer.ts";
import type { Message } from "./wire/messages.ts";
import { encodeRequest, type Request } from "./wire/requests.ts";

/** Requests that wait for their answer. */
export class Answers {
  readonly #timer: Timer;
  readonly #withinMs: number;
  readonly #waiting = new Map<number, (message: Message | undefined) => void>();
  #next = 0;

  /** `withinMs`: how long an answer may take. */
  constructor(timer: Timer, withinMs: number) {
    this.#timer = timer;
    this.#withinMs = withinMs;
  }

  /** Numbers a request. `answer` resolves with undefined when none comes in time, or the session ends. */
  expect(request: Request): { bytes: Uint8Array<ArrayBuffer>; answer: Promise<Message | undefined> } {
    const sequence = this.#next;
    this.#next = (this.#next + 1) % 2 ** 31;
    const answer = new Promise<Message | undefined>((resolve) => {
      const give = (message: Message | undefined) => {
        this.#waiting.delete(sequence);
        cancel();
        resolve(message);
      };
      const cancel = this.#timer(this.#withinMs, () => give(undefined));
      this.#waiting.set(sequence, give);
    });
    return { bytes: encodeRequest(request, sequence), answer };
  }

  /** Hands an answer to whoever waits for it; one that comes too late is nobody's. */
  give(sequence: number, message: Message): void {
    this.#waiting.get(sequence)?.(message);
  }

  /** Ends all waiting: no more answers will come. */
  end(): void {
    for (const give of [...this.#waiting.values()]) give(undefined);
  }
}
