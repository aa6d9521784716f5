/** Where the pages of a list of events begin. */
export interface Marks {
  readonly total: number;
  readonly every: number;
  readonly positions: readonly number[];
  readonly last: number;
}

interface Placed {
  readonly position: number;
}

export type Load<Event> = (after: number, first: number) => Promise<readonly Event[]>;

const AT_ONCE = 2;

/**
 * A long list of events of which only the pages in view, and those seen last, are kept. Any page can be had without
 * those before it. What happens is put to its end.
 */
export class EventPages<Event extends Placed> {
  total: number;
  /** Counts up with each change, for who shows it. */
  version = 0;
  /** Why the last page that was asked for is not there. */
  failed: Error | undefined;
  private readonly every: number;
  private readonly positions: number[];
  private readonly load: Load<Event>;
  private readonly most: number;
  private readonly pages = new Map<number, readonly Event[]>();
  private readonly loading = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private wanted: number[] = [];
  private last: number;

  /** `most`: so many pages are kept. */
  constructor(marks: Marks, load: Load<Event>, most = 24) {
    this.total = marks.total;
    this.every = marks.every;
    this.positions = [...marks.positions];
    this.last = marks.last;
    this.load = load;
    this.most = most;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The event of this number, from 0; undefined while its page is not there. */
  at(index: number): Event | undefined {
    return this.pages.get(Math.floor(index / this.every))?.[index % this.every];
  }

  /** The number that the event at a position has, where its page is there. */
  indexOf(position: number): number | undefined {
    const page = this.pageOf(position);
    const within = this.pages.get(page)?.findIndex((each) => each.position === position) ?? -1;
    return within < 0 ? undefined : page * this.every + within;
  }

  /** The first number of the page that a position would be in. */
  near(position: number): number {
    return Math.max(0, this.pageOf(position)) * this.every;
  }

  /** Looks at these numbers now: their pages are fetched, what was wanted before and is not there yet is let go. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(first / this.every), Math.floor(Math.max(first, last) / this.every)];
    this.wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    for (const page of this.wanted) this.touch(page);
    this.fetch();
  }

  append(events: readonly Event[]): void {
    const fresh = events.filter((each) => each.position > this.last);
    for (const each of fresh) this.put(each);
    if (fresh.length > 0) this.changed();
  }

  private put(event: Event): void {
    const page = Math.floor(this.total / this.every);
    const within = this.total % this.every;
    if (within === 0) this.positions.push(event.position);
    const there = within === 0 ? [] : this.pages.get(page);
    if (there?.length === within) this.pages.set(page, [...there, event]);
    this.total += 1;
    this.last = event.position;
    this.forget();
  }

  private pageOf(position: number): number {
    return this.positions.findLastIndex((each) => each <= position);
  }

  private touch(page: number): void {
    const there = this.pages.get(page);
    if (!there) return;
    this.pages.delete(page);
    this.pages.set(page, there);
  }

  private fetch(): void {
    for (const page of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      if (!this.pages.has(page) && !this.loading.has(page) && page < this.positions.length) void this.get(page);
    }
  }

  private async get(page: number): Promise<void> {
    this.loading.add(page);
    try {
      const got = await this.load((this.positions[page] ?? 1) - 1, this.every);
      const size = Math.min(this.every, this.total - page * this.every);
      this.pages.set(page, got.slice(0, size));
      this.failed = undefined;
    } catch (error) {
      this.failed = error instanceof Error ? error : new Error(String(error));
      this.wanted = [];
    } finally {
      this.loading.delete(page);
    }
    this.forget();
    this.changed();
    this.fetch();
  }

  private forget(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= this.most) return;
      if (!this.wanted.includes(page)) this.pages.delete(page);
    }
  }

  private changed(): void {
    this.version += 1;
    for (const each of this.listeners) each();
  }
}
