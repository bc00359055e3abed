// Pictures with axes: places, ticks, curves and areas, for widgets that draw functions.
import { fixed, line, path, text } from "./common.js";

// A rectangle of a picture that shows [x0, x1] by [y0, y1]; `x` and `y` turn values into pixels.
export function plane({ left, right, top, base, x: [x0, x1], y: [y0, y1] }) {
  const across = (right - left) / (x1 - x0);
  const up = (base - top) / (y1 - y0);
  return {
    left, right, top, base,
    x: (value) => left + across * (value - x0),
    y: (value) => base - up * (value - y0),
    readX: (pixel) => x0 + (pixel - left) / across,
    readY: (pixel) => y0 + (base - pixel) / up,
  };
}

// Round numbers in [low, high], at most `most` of them, 1, 2 or 5 times a power of ten apart.
export function ticks(low, high, most = 6) {
  const size = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 5, 10].map((f) => f * size).find((s) => (high - low) / s <= most);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

// Words for ticks, all with as many decimals as the one that needs most.
export function evenly(values) {
  const decimals = values.map((value) => (String(value).split(".")[1] ?? "").length);
  return (value) => fixed(value, Math.max(0, ...decimals));
}

// The horizontal axis with a mark and a word at each value, and its name beneath.
export function xAxis(at, values, { words = evenly(values), name = "" } = {}) {
  const marks = values.map((value) => {
    const x = at.x(value);
    const anchor = x > at.right - 12 ? "end" : "middle";
    return line(x, at.base, x, at.base + 4, { class: "wg-axis" })
      + text(x, at.base + 19, words(value), { class: "wg-tick", "text-anchor": anchor });
  });
  const middle = (at.left + at.right) / 2;
  return line(at.left, at.base, at.right, at.base, { class: "wg-axis" }) + marks.join("")
    + (name && text(middle, at.base + 38, name, { class: "wg-tick", "text-anchor": "middle" }));
}

// Hairlines across at some heights, each with its value at the left.
export const yGrid = (at, values, words = evenly(values)) =>
  values.map((value) =>
    line(at.left, at.y(value), at.right, at.y(value), { class: "wg-hair" })
    + text(at.left - 8, at.y(value) + 5, words(value), {
      class: "wg-tick", "text-anchor": "end",
    })).join("");

// n + 1 places from low to high.
export const spread = (low, high, n) =>
  Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);

const pixel = (value) => value.toFixed(1);

// The path through (x, y): two lists of the same length.
export const curve = (at, xs, ys) =>
  xs.map((x, i) => `${i ? "L" : "M"}${pixel(at.x(x))},${pixel(at.y(ys[i]))}`).join("");

// The path around what lies between a curve and the height `floor`.
export const under = (at, xs, ys, floor = 0) =>
  `${curve(at, xs, ys)}L${pixel(at.x(xs.at(-1)))},${pixel(at.y(floor))}`
  + `L${pixel(at.x(xs[0]))},${pixel(at.y(floor))}Z`;

export const drawn = (d, role, look = "wg-line") => path(d, { class: look, "data-role": role });
