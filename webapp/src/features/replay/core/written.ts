/** Addresses that were written: each is seen again, later, and by then others may have been written. */
export class Written {
  private keys: readonly string[];

  constructor(first: string) {
    this.keys = [first];
  }

  /** False: it was the last one already. */
  write(key: string): boolean {
    if (key === this.keys.at(-1)) return false;
    this.keys = [...this.keys, key];
    return true;
  }

  /** An address is seen. False: somebody else wrote it. */
  sees(key: string): boolean {
    const at = this.keys.indexOf(key);
    this.keys = at < 0 ? [key] : this.keys.slice(at);
    return at >= 0;
  }
}
