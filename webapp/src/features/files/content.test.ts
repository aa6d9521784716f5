import fc from "fast-check";
import { expect, test } from "vitest";

import { bytesOf, contentOf, imageOf, lineBreakOf } from "./content";

const pieces = fc.array(fc.constantFrom("a", "\n", "\r\n", "\r", "\u{feff}", "é", "\u{1f600}", "\0"), {
  maxLength: 30,
});

test("what is exact is written back as it was", () => {
  fc.assert(
    fc.property(
      pieces.map((parts) => parts.join("")),
      (text) => {
        const content = contentOf(bytesOf(text));
        expect(content.exact).toBe(true);
        expect(bytesOf(content.text)).toEqual(bytesOf(text));
        // as an editor splits it into lines and puts it together again
        const { lineBreak } = content;
        expect(content.text.split(lineBreak).join(lineBreak)).toBe(text);
      },
    ),
  );
});

test("bytes that are no UTF-8 are shown, and never said to be exact", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const { text, exact } = contentOf(bytes);
      const again = bytesOf(text);
      expect(exact).toBe(again.length === bytes.length && again.every((each, at) => each === bytes[at]));
    }),
  );
  expect(contentOf(Uint8Array.of(0x63, 0xe9))).toMatchObject({ exact: false, text: "c\ufffd" });
});

test("the first part of a text may end within a character", () => {
  const bytes = bytesOf("né").slice(0, 2);
  expect(contentOf(bytes, false)).toMatchObject({ text: "n", exact: false });
});

test.each([
  ["a\r\nb\r\n", "\r\n"],
  ["a\r\nb\n", "\n"],
  ["a\rb\r\n", "\n"],
  ["a", "\n"],
])("lines of %j end with %j", (text, end) => {
  expect(lineBreakOf(text)).toBe(end);
});

test("a picture is known by what it begins with", () => {
  expect(imageOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toBe("image/png");
  expect(imageOf(bytesOf("RIFF1234WEBPVP8 "))).toBe("image/webp");
  expect(imageOf(bytesOf("<svg onload='alert(1)'/>"))).toBeUndefined();
  expect(imageOf(bytesOf("RIFF1234WAVE"))).toBeUndefined();
});
