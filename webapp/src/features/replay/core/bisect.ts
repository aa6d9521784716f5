/** In a list that counts up: how many come before the first that is greater. */
export function beyond<Item>(list: readonly Item[], value: number, of: (item: Item) => number = Number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (of(list[middle] as Item) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many come before the first that is as great or greater. */
export function atLeast(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
