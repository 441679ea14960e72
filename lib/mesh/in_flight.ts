/** Counts what is under way, so that a sender can wait for room. */
export class InFlight {
  #count = 0;
  #wake = () => {};

  /** How much is under way. */
  get count(): number {
    return this.#count;
  }

  /** Counts a piece of work until it is over. It must not reject. */
  add(work: Promise<void>): void {
    this.#count++;
    void work.finally(() => {
      this.#count--;
      this.#wake();
    });
  }

  /** Resolves when less than `limit` is under way, or `isOver` says so after a `nudge`. For one waiter at a time. */
  async below(limit: number, isOver: () => boolean): Promise<void> {
    while (this.#count >= limit && !isOver()) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  /** Has the waiter ask again. */
  nudge(): void {
    this.#wake();
  }
}
