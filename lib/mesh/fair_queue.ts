/**
 * What waits, by where it comes from. Every source has its turn, so that one that sends without end delays itself alone.
 */
export class FairQueue<T> {
  readonly #sources = new Map<string, T[]>();
  #peeked: readonly string[] = [];

  /** How many of a source wait. */
  waiting(source: string): number {
    return this.#sources.get(source)?.length ?? 0;
  }

  /** Adds one behind all others of its source. */
  push(source: string, item: T): void {
    const items = this.#sources.get(source);
    if (items === undefined) this.#sources.set(source, [item]);
    else items.push(item);
  }

  /**
   * Up to `most`: one of each source in turn, of each the oldest first, and of none more than `allowed` says. They stay until
   * they are dropped.
   */
  peek(most: number, allowed: (source: string) => number): T[] {
    const found: T[] = [];
    const from: string[] = [];
    let open = [...this.#sources].map(([source, items]) => {
      return { source, items, end: Math.min(items.length, Math.max(0, allowed(source))) };
    });
    for (let turn = 0; found.length < most; turn++) {
      open = open.filter(({ end }) => turn < end);
      if (open.length === 0) break;
      for (const { source, items } of open) {
        const item = items[turn];
        if (item === undefined || found.length >= most) break;
        found.push(item);
        from.push(source);
      }
    }
    this.#peeked = from;
    return found;
  }

  /** Drops the first `count` of what was last peeked; gives their sources. */
  drop(count: number): readonly string[] {
    const gone = this.#peeked.slice(0, count);
    const counts = new Map<string, number>();
    for (const source of gone) counts.set(source, (counts.get(source) ?? 0) + 1);
    for (const [source, number] of counts) {
      const items = this.#sources.get(source) ?? [];
      if (items.length === number) this.#sources.delete(source);
      else this.#sources.set(source, items.slice(number));
    }
    this.#peeked = this.#peeked.slice(count);
    return gone;
  }
}
