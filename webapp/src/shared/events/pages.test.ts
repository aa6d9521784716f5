import { expect, test } from "vitest";

import { EventPages } from "./pages";

const EVERY = 10;

/** Events at each third position, of which all can be asked for. */
function log(count: number) {
  const all = Array.from({ length: count }, (_, index) => ({ position: 3 * (index + 1) }));
  const asked: number[] = [];
  const marks = {
    total: count,
    every: EVERY,
    positions: all.filter((_, index) => index % EVERY === 0).map((each) => each.position),
    last: all.at(-1)?.position ?? 0,
  };
  const load = async (after: number, first: number) => {
    asked.push(after);
    return all.filter((each) => each.position > after).slice(0, first);
  };
  return { all, asked, pages: (most?: number) => new EventPages(marks, load, most) };
}

const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

test("a page in the middle is had without those before it", async () => {
  const { all, asked, pages } = log(95);
  const list = pages();

  list.want(52, 57);
  await settled();

  expect(asked).toEqual([152]);
  expect(list.at(52)).toBe(all[52]);
  expect(list.at(49)).toBeUndefined();
  expect(list.indexOf(3 * 56)).toBe(55);
  expect(list.near(3 * 56)).toBe(50);
});

test("so many pages are kept as are allowed, those in view among them", async () => {
  const { pages } = log(1000);
  const list = pages(3);
  for (let at = 0; at < 1000; at += EVERY) {
    list.want(at, at + EVERY);
    await settled();
    expect(list.at(at)).toBeDefined();
  }

  const held = Array.from({ length: 1000 }, (_, index) => list.at(index)).filter(Boolean);
  expect(held.length).toBeLessThanOrEqual(3 * EVERY);
});

test("what is scrolled past is not asked for", async () => {
  const { asked, pages } = log(1000);
  const list = pages();
  for (let at = 0; at < 1000; at += EVERY) list.want(at, at);
  await settled();

  expect(asked.length).toBeLessThanOrEqual(3);
  expect(list.at(990)).toBeDefined();
});

test("what happens comes to the end, once, also on a page that is not there", async () => {
  const { pages } = log(19);
  const list = pages();
  list.want(10, 18);
  await settled();

  list.append([{ position: 100 }, { position: 101 }]);
  list.append([{ position: 101 }, { position: 102 }]);

  expect(list.total).toBe(22);
  expect([18, 19, 20, 21].map((index) => list.at(index)?.position)).toEqual([57, 100, 101, 102]);
});

test("a list that was empty fills by what happens", () => {
  const list = log(0).pages();

  list.append([{ position: 7 }]);

  expect([list.total, list.at(0)?.position]).toEqual([1, 7]);
});

test("a page that cannot be had says why, and is asked for again when it is wanted", async () => {
  let down = true;
  const list = new EventPages({ total: 5, every: 10, positions: [1], last: 5 }, async () => {
    if (down) throw new Error("away");
    return [{ position: 1 }];
  });
  list.want(0, 4);
  await settled();
  expect(list.failed?.message).toBe("away");

  down = false;
  list.want(0, 4);
  await settled();

  expect(list.failed).toBeUndefined();
  expect(list.at(0)?.position).toBe(1);
});
