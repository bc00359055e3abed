// Prior, likelihood and posterior of a coin's probability of heads.
import {
  fixed, frame, html, legend, lgamma, line, logBeta, mark, numbers, path, SAMPLE, significant,
  slider, stage, text, xlogy,
} from "./common.js";

// ---- mathematics ----

// Density of Beta(a, b) at x in [0, 1]; infinite at an end whose parameter is below 1.
export const density = (x, a, b) =>
  Math.exp(xlogy(a - 1, x) + xlogy(b - 1, 1 - x) - logBeta(a, b));

// Where the density of Beta(a, b) is highest: a number, "ends" (both), or "none" (flat).
export function mode(a, b) {
  if (a > 1 && b > 1) return (a - 1) / (a + b - 2);
  if (a === 1 && b === 1) return "none";
  if (a < 1 && b < 1) return "ends";
  return a <= 1 && (b > 1 || a < b) ? 0 : 1;
}

// Mean and standard deviation of Beta(a, b); the mean is the chance of heads in the next toss.
export const mean = (a, b) => a / (a + b);
export const deviation = (a, b) => Math.sqrt((a * b) / (a + b + 1)) / (a + b);

// P(heads of n | a, b) = C(n, heads) B(a + heads, b + tails) / B(a, b).
export function evidence(a, b, heads, tails) {
  const choose = lgamma(heads + tails + 1) - lgamma(heads + 1) - lgamma(tails + 1);
  return Math.exp(choose + logBeta(a + heads, b + tails) - logBeta(a, b));
}

// ---- curves ----

// Points crowd at both ends, where a density may turn fast.
const POINTS = Array.from({ length: 301 }, (_, i) => (1 - Math.cos((Math.PI * i) / 300)) / 2);
const NEAR_END = 0.02;

// The height of the picture: every bounded curve fits. One without a highest point is cut off.
export function ceiling(curves) {
  const tops = curves.map(({ a, b }) => {
    const highest = mode(a, b);
    if (typeof highest === "number" && Number.isFinite(density(highest, a, b)))
      return density(highest, a, b);
    return Math.max(density(NEAR_END, a, b), density(1 - NEAR_END, a, b));
  });
  return 1.06 * Math.max(2, ...tops);
}

const unbounded = ({ a, b }) => [a < 1 ? 0 : null, b < 1 ? 1 : null].filter((end) => end !== null);

// ---- the picture ----

const LEFT = 30;
const RIGHT = 8;
const TOP = 14;
const BOTTOM = 44;

function layout(width, top) {
  const height = Math.round(Math.max(230, Math.min(290, 0.62 * width)));
  const base = height - BOTTOM;
  return {
    height,
    base,
    x: (theta) => LEFT + (width - LEFT - RIGHT) * theta,
    y: (value) => base - (base - TOP) * Math.min(value / top, 1.2),
  };
}

const curvePath = (at, { a, b }) =>
  POINTS.map((x, i) => `${i ? "L" : "M"}${at.x(x).toFixed(1)},${at.y(density(x, a, b)).toFixed(1)}`)
    .join("");

function axes(at, top) {
  const step = [0.5, 1, 2, 5, 10].find((size) => top / size < 5) ?? 20;
  let content = "";
  for (let value = step; value <= top; value += step)
    content += line(at.x(0), at.y(value), at.x(1), at.y(value), { class: "wg-hair" })
      + text(LEFT - 8, at.y(value) + 5, value, { class: "wg-tick", "text-anchor": "end" });
  content += line(at.x(0), at.base, at.x(1), at.base, { class: "wg-axis" });
  for (let i = 0; i <= 5; i += 1) {
    const anchor = i === 5 ? "end" : "middle";
    const x = at.x(i / 5);
    content += line(x, at.base, x, at.base + 4, { class: "wg-axis" })
      + text(x, at.base + 19, (i / 5).toFixed(1), { class: "wg-tick", "text-anchor": anchor });
  }
  return content
    + text(at.x(0.5), at.base + 38, "probability of heads, θ", {
      class: "wg-tick", "text-anchor": "middle",
    });
}

// An arrowhead where a curve leaves through the top, the second one beside the first.
const arrow = (at, end, { role }, rank) => {
  const x = at.x(end) + (end === 0 ? 1 : -1) * (7 + 12 * rank);
  return path(`M${x - 5},${TOP - 3}l5,-8l5,8z`, { class: "wg-solid", "data-role": role });
};

function picture(width, curves, clip) {
  const top = ceiling(curves);
  const at = layout(width, top);
  const lines = curves.map((curve) =>
    path(curvePath(at, curve), { class: "wg-line", "data-role": curve.role })).join("");
  const posterior = curves.find((curve) => curve.role === "posterior");
  const fill = path(`${curvePath(at, posterior)}L${at.x(1)},${at.base}L${at.x(0)},${at.base}Z`, {
    class: "wg-fill", "data-role": "posterior",
  });
  const window = mark("rect", {
    x: LEFT - 2, y: TOP, width: at.x(1) - LEFT + 4, height: at.base - TOP + 2,
  });
  const arrows = [0, 1].flatMap((end) =>
    curves.filter((curve) => unbounded(curve).includes(end))
      .map((curve, rank) => arrow(at, end, curve, rank)));
  return {
    height: at.height,
    content: mark("clipPath", { id: clip }, window) + axes(at, top)
      + mark("g", { "clip-path": `url(#${clip})` }, fill + lines) + arrows.join(""),
  };
}

// ---- words ----

const modeWords = (a, b) => {
  const at = mode(a, b);
  if (at === "none") return "none, flat";
  if (at === "ends") return "at both ends";
  return at === 0 || at === 1 ? `${at}, at an end` : fixed(at);
};

const cutOff = (curves) => {
  const names = curves.filter((curve) => unbounded(curve).length).map((curve) => curve.role);
  if (names.length === 0) return "";
  const many = names.length > 1;
  const [have, theyRise, are] = many ? ["have", "they rise", "are"] : ["has", "it rises", "is"];
  return `The ${names.join(" and the ")} ${have} no highest point: `
    + `${theyRise} without bound and ${are} cut off at the top.`;
};

function evidenceWords(value, a, b, n) {
  const decimal = value < 1e-3 ? significant(value) : fixed(value, 4);
  return a === 1 && b === 1 ? `${decimal} = 1/${n + 1}` : decimal;
}

// ---- the widget ----

function render({ model, el }) {
  const title = "Beta explorer: prior, likelihood and posterior of a coin";
  const widget = frame({ model, el, name: "beta", title });
  const { box, drawing, clip } = stage();
  const note = html("p", { class: "wg-note" });
  const { list, show } = numbers([
    { name: "posterior", label: "posterior", role: "posterior" },
    { name: "mean", label: "mean", role: "posterior" },
    { name: "mode", label: "mode", role: "posterior" },
    { name: "deviation", label: "standard deviation", role: "posterior" },
    { name: "evidence", label: "evidence", role: "evidence" },
    { name: "predictive", label: "next toss heads", role: "posterior" },
  ]);
  const key = legend([
    ["prior", "prior", SAMPLE],
    ["likelihood", "likelihood, scaled to area 1", SAMPLE],
    ["posterior", "posterior", SAMPLE],
  ]);
  widget.plot.append(key, box, note, list);

  const count = { min: 0, max: 50, step: 1, role: "likelihood" };
  const strength = { min: 0.5, max: 20, step: 0.5, role: "prior" };
  slider(widget, model, { key: "heads", label: "heads", ...count });
  slider(widget, model, { key: "tails", label: "tails", ...count });
  slider(widget, model, { key: "a", label: "prior a", ...strength });
  slider(widget, model, { key: "b", label: "prior b", ...strength });

  const state = () => ["a", "b", "heads", "tails"].map((trait) => model.get(trait));
  const say = () => {
    const [a, b, heads, tails] = state();
    return `Posterior Beta(${a + heads}, ${b + tails}), mean ${fixed(mean(a + heads, b + tails))}.`;
  };

  function draw(width) {
    const [a, b, heads, tails] = state();
    const [A, B, n] = [a + heads, b + tails, heads + tails];
    const curves = [
      { role: "prior", a, b },
      { role: "posterior", a: A, b: B },
      { role: "likelihood", a: heads + 1, b: tails + 1 },
    ];
    const { height, content } = picture(width, curves, clip);
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.innerHTML = content;
    drawing.setAttribute("aria-label", "Densities over the probability of heads. "
      + `Prior Beta(${a}, ${b}), ${heads} heads and ${tails} tails. ${say()} `
      + `Standard deviation ${fixed(deviation(A, B))}.`);
    note.textContent = cutOff(curves);
    note.hidden = note.textContent === "";

    const chance = evidence(a, b, heads, tails);
    const highest = mode(A, B);
    show("posterior", `Beta(${A}, ${B})`, `${A},${B}`);
    show("mean", fixed(mean(A, B)), mean(A, B));
    show("mode", modeWords(A, B), highest);
    show("deviation", fixed(deviation(A, B)), deviation(A, B));
    show("evidence", evidenceWords(chance, a, b, n), chance, `evidence of ${heads} in ${n}`);
    show("predictive", fixed(mean(A, B)), mean(A, B));
  }

  widget.show({ traits: ["heads", "tails", "a", "b"], picture: box, draw, say });
  return widget.end;
}

export default { render };
