// A guess without correlation, fitted one coordinate at a time to a normal that has one.
import {
  assign, buttons, choice, fixed, frame, html, legend, line, mark, numbers, path, SAMPLE, slider,
  stage, text,
} from "./common.js";
import { field } from "./field.js";
import { curve, plane, xAxis } from "./plot.js";

// ---- mathematics: p = N(0, Σ), q = N(m_1, s_1²) N(m_2, s_2²) ----

export const covariance = (rho, one, two) => [one * one, rho * one * two, two * two];

// Both divergences in nats, by the closed form for normal distributions.
export function divergences([a, b, c], { mean: [x, y], sd: [s, t] }) {
  const det = a * c - b * b;
  const logs = Math.log(det) - 2 * Math.log(s * t);
  const [u, v] = [x * x + s * s, y * y + t * t];
  return {
    reverse: 0.5 * ((c * u - 2 * b * x * y + a * v) / det - 2 + logs),
    forward: 0.5 * ((a + x * x) / (s * s) + (c + y * y) / (t * t) - 2 - logs),
  };
}

// The best factor of one coordinate while the other stays: for KL(q ‖ p) the mean is where p lies
// given the other's mean and the variance is 1/Λ_ii; for KL(p ‖ q) both are those of p alone.
export function update([a, b, c], { mean, sd }, i, direction) {
  const [own, other] = i === 0 ? [a, c] : [c, a];
  const reverse = direction === "reverse";
  return {
    mean: mean.with(i, reverse ? (b / other) * mean[1 - i] : 0),
    sd: sd.with(i, Math.sqrt(reverse ? own - (b * b) / other : own)),
  };
}

export const WIDTH = 0.5;

// All guesses from the start on; the first coordinate moves first.
export function walk(cov, start, steps, direction) {
  const guesses = [{ mean: start, sd: [WIDTH, WIDTH] }];
  for (let step = 0; step < steps; step += 1)
    guesses.push(update(cov, guesses.at(-1), step % 2, direction));
  return guesses;
}

// Semi-axes of the ellipse of one standard deviation, and its angle.
export function principal([a, b, c]) {
  const radius = Math.hypot((a - c) / 2, b);
  const middle = (a + c) / 2;
  const small = (a * c - b * b) / (middle + radius);
  return [Math.sqrt(middle + radius), Math.sqrt(small), Math.atan2(2 * b, a - c) / 2];
}

// ---- the picture ----

const REACH = 4;
const MOST = 40;
const LEFT = 26;
const BOTTOM = 44;

function layout(width) {
  const side = Math.min(380, width - LEFT - 10);
  return {
    ...plane({
      left: LEFT, right: LEFT + side, top: 4, base: 4 + side,
      x: [-REACH, REACH], y: [-REACH, REACH],
    }),
    unit: side / (2 * REACH),
    height: 4 + side + BOTTOM,
  };
}

const ellipse = (at, [x, y], [rx, ry, angle], reach, attributes) =>
  mark("ellipse", {
    rx: reach * at.unit * rx, ry: reach * at.unit * ry,
    transform: `translate(${at.x(x)},${at.y(y)}) rotate(${(-180 * angle) / Math.PI})`,
    ...attributes,
  });

function axes(at) {
  const values = [-4, -2, 0, 2, 4];
  const look = { class: "wg-tick", "text-anchor": "end" };
  const words = values.slice(1).map((value) =>
    text(at.left - 6, at.y(value) + 5, fixed(value, 0), look));
  const hairs = values.map((value) =>
    line(at.left, at.y(value), at.right, at.y(value), { class: "wg-hair" })
    + line(at.x(value), at.top, at.x(value), at.base, { class: "wg-hair" }));
  return hairs.join("") + words.join("")
    + xAxis(at, values, { words: (value) => fixed(value, 0), name: "z₁ across, z₂ up" });
}

function picture(at, cov, guesses, clip) {
  const { mean, sd } = guesses.at(-1);
  const both = (place, radii, attributes) =>
    ellipse(at, place, radii, 1, attributes) + ellipse(at, place, radii, 2, attributes);
  const trail = curve(at, guesses.map((g) => g.mean[0]), guesses.map((g) => g.mean[1]));
  const dots = guesses.map((g) => mark("circle", {
    cx: at.x(g.mean[0]), cy: at.y(g.mean[1]), r: 3, class: "wg-solid", "data-role": "q",
  })).join("");
  const frameBox = { x: at.left, y: at.top, width: at.right - at.left, height: at.base - at.top };
  const start = guesses[0].mean;
  return mark("clipPath", { id: clip }, mark("rect", frameBox)) + axes(at)
    + mark("g", { "clip-path": `url(#${clip})` },
      ellipse(at, [0, 0], principal(cov), 2, { class: "wg-fill", "data-role": "p" })
      + both([0, 0], principal(cov), { class: "wg-line", "data-role": "p" })
      + both(mean, [...sd, 0], { class: "wg-line", "data-role": "q" })
      + path(trail, { class: "wg-trail", "data-role": "q" }) + dots)
    + mark("circle", { cx: at.x(start[0]), cy: at.y(start[1]), r: 9, class: "wg-target" });
}

// ---- the widget ----

const clamp = (value) => Math.min(REACH, Math.max(-REACH, Math.round(20 * value) / 20));

function render({ model, el }) {
  const title = "Mean-field ellipse: a correlated normal and a guess without correlation";
  const widget = frame({ model, el, name: "mean-field", title });
  const { box, drawing, clip } = stage();
  let at = layout(380);
  const put = (place) => assign(model, "start", place.map(clamp));
  const pad = field({
    key: "start", label: "Start of q. Arrow keys move it, with Shift by ten steps.",
    drawing,
    grab: ([x, y]) => {
      const [u, v] = model.get("start");
      return Math.hypot(at.x(u) - x, at.y(v) - y) < 24;
    },
    drag: ([x, y]) => put([at.readX(x), at.readY(y)]),
    nudge: (dx, dy) => put([model.get("start")[0] + 0.05 * dx, model.get("start")[1] + 0.05 * dy]),
  });
  box.append(pad);
  const values = numbers([
    { name: "reverse", label: "KL(q ‖ p)", role: "q" },
    { name: "forward", label: "KL(p ‖ q)", role: "p" },
    { name: "widths", label: "widths of q", role: "q" },
    { name: "best", label: "best widths", role: "q" },
    { name: "mean", label: "mean of q", role: "q" },
  ]);
  const key = legend([
    ["p", "p, correlated", SAMPLE],
    ["q", "q, independent", SAMPLE],
  ]);
  const words = html("p", { class: "wg-words" });
  widget.plot.append(key, html("div", { class: "wg-beside" }, box, values.list), words);

  const go = (by) => () => {
    const steps = model.get("steps") + by;
    if (steps >= 0 && steps <= MOST) assign(model, "steps", steps);
  };
  const row = buttons(widget, [["next", "Update z₁", go(1)], ["back", "Back", go(-1)]]);
  slider(widget, model, {
    key: "rho", label: "correlation ρ", role: "p", min: -0.99, max: 0.99, step: 0.01,
    show: (value) => fixed(value, 2),
  });
  [["sigma_1", "σ₁"], ["sigma_2", "σ₂"]].forEach(([name, symbol]) => slider(widget, model, {
    key: name, label: `width ${symbol} of p`, role: "p", min: 0.25, max: 2, step: 0.05,
    show: (value) => fixed(value, 2),
  }));
  slider(widget, model, {
    key: "steps", label: "updates so far", role: "q", min: 0, max: MOST, step: 1,
  });
  choice(widget, model, {
    key: "direction", label: "Each update lowers",
    options: [["reverse", "KL(q ‖ p)"], ["forward", "KL(p ‖ q)"]],
  });

  const TRAITS = ["rho", "sigma_1", "sigma_2", "direction", "start", "steps"];
  const state = () => {
    const [rho, one, two, direction, start, steps] = TRAITS.map((trait) => model.get(trait));
    const cov = covariance(rho, one, two);
    return { cov, direction, steps, guesses: walk(cov, start, steps, direction) };
  };
  const sentence = ({ cov, direction, guesses, steps }) => {
    if (steps === 0) return "q is where you put it. Update one coordinate, then the other.";
    const now = divergences(cov, guesses.at(-1))[direction];
    const fall = divergences(cov, guesses.at(-2))[direction] - now;
    const name = direction === "reverse" ? "KL(q ‖ p)" : "KL(p ‖ q)";
    return `Updating z${steps % 2 ? "₁" : "₂"} lowered ${name} by ${fixed(fall)} to ${fixed(now)}.`;
  };
  const say = () => {
    const now = state();
    const both = divergences(now.cov, now.guesses.at(-1));
    return `${sentence(now)} KL(q ‖ p) ${fixed(both.reverse)}, KL(p ‖ q) ${fixed(both.forward)}.`;
  };

  function draw(width) {
    const now = state();
    const { cov, direction, steps, guesses } = now;
    at = layout(width);
    drawing.setAttribute("viewBox", `0 0 ${width} ${at.height}`);
    drawing.innerHTML = picture(at, cov, guesses, clip);
    Object.assign(pad.style, {
      left: 0, top: 0, width: "100%", height: `${(100 * at.base) / at.height}%`,
    });
    drawing.setAttribute("aria-label",
      `Ellipses of one and two standard deviations of p and of q. ${sentence(now)}`);
    const both = divergences(cov, guesses.at(-1));
    const best = update(cov, update(cov, guesses[0], 0, direction), 1, direction).sd;
    const { mean, sd } = guesses.at(-1);
    const pair = (list, digits = 2) => list.map((value) => fixed(value, digits)).join(", ");
    row.nodes.next.textContent = `Update ${steps % 2 ? "z₂" : "z₁"}`;
    row.mute("next", steps >= MOST);
    row.mute("back", steps === 0);
    words.textContent = sentence(now);
    values.show("reverse", fixed(both.reverse), both.reverse);
    values.show("forward", fixed(both.forward), both.forward);
    values.show("widths", pair(sd, 3), sd);
    values.show("best", pair(best, 3), best);
    values.show("mean", pair(mean), mean);
  }

  widget.show({ traits: TRAITS, picture: box, draw, say });
  return widget.end;
}

export default { render };
