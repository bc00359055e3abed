// EM by hand: two or three normal distributions in the plane, fitted to points that can be dragged.
import {
  assign, buttons, choice, fixed, frame, html, legend, line, mark, numbers, path, slider, svg, text,
} from "./common.js";
import { field } from "./field.js";
import { curve, plane, ticks, yGrid } from "./plot.js";

// ---- mathematics: a component is { weight, mean: [x, y], cov: [xx, xy, yy] } ----

export const FLOOR = 0.1;
const EMPTY = 1e-200;
const LOG_TWO_PI = Math.log(2 * Math.PI);

export const begin = (start, components) =>
  start.slice(0, components).map((mean) => ({ weight: 1 / components, mean, cov: [1, 0, 1] }));

function logNormal([x, y], { mean, cov: [a, b, c] }) {
  const [u, v] = [x - mean[0], y - mean[1]];
  const det = a * c - b * b;
  return -LOG_TWO_PI - 0.5 * Math.log(det) - 0.5 * (c * u * u - 2 * b * u * v + a * v * v) / det;
}

// log of weight times density of each component at a point, and the log of their sum.
function logTerms(point, mixture) {
  const terms = mixture.map((part) => Math.log(part.weight) + logNormal(point, part));
  const top = Math.max(...terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - top), 0);
  return { terms, log: top + Math.log(sum) };
}

export const logLikelihood = (mixture, points) =>
  points.reduce((sum, point) => sum + logTerms(point, mixture).log, 0);

// E: the exact posterior of each point's component.
export const eStep = (mixture, points) =>
  points.map((point) => {
    const { terms, log } = logTerms(point, mixture);
    return terms.map((term) => Math.exp(term - log));
  });

// Eigenvalues of [[a, b], [b, c]], the larger first, and the direction of the larger.
export function principal([a, b, c]) {
  const radius = Math.hypot((a - c) / 2, b);
  return { large: (a + c) / 2 + radius, small: (a + c) / 2 - radius, angle: Math.atan2(2 * b, a - c) / 2 };
}

// The covariance with no standard deviation below the floor, in any direction. Among those it is
// the most likely one, so that an M step with a floor still never goes down.
function floored(cov) {
  const { large, small, angle } = principal(cov);
  if (small >= FLOOR ** 2) return { cov, held: false };
  const [u, v] = [large, small].map((value) => Math.max(value, FLOOR ** 2));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    cov: [u * cos * cos + v * sin * sin, (u - v) * cos * sin, u * sin * sin + v * cos * cos],
    held: true,
  };
}

// M: weights, means and covariances of the points, each point counted by its share. A component
// that no point belongs to keeps its place.
export const mStep = (mixture, points, q) =>
  mixture.map((old, k) => {
    const count = q.reduce((sum, shares) => sum + shares[k], 0);
    if (count < EMPTY) return { ...old, weight: 0, held: false };
    const average = (f) => points.reduce((sum, point, i) => sum + q[i][k] * f(point), 0) / count;
    const mean = [0, 1].map((axis) => average((point) => point[axis]));
    const about = (i, j) => average((point) => (point[i] - mean[i]) * (point[j] - mean[j]));
    const cov = floored([about(0, 0), about(0, 1), about(1, 1)]);
    return { weight: count / points.length, mean, ...cov };
  });

// E_q[log p(x, z) − log q(z)], summed over the points: below the log-likelihood for every q.
export const bound = (mixture, points, q) =>
  points.reduce((sum, point, i) => {
    const { terms } = logTerms(point, mixture);
    return sum + q[i].reduce(
      (part, share, k) => part + (share > 0 ? share * (terms[k] - Math.log(share)) : 0), 0,
    );
  }, 0);

// KL(q ‖ exact posterior), summed over the points, by its own definition and in logarithms: an
// exact share may be too small for a number.
export const gap = (mixture, points, q) =>
  points.reduce((sum, point, i) => {
    const { terms, log } = logTerms(point, mixture);
    return sum + q[i].reduce(
      (part, share, k) => part + (share > 0 ? share * (Math.log(share) - terms[k] + log) : 0), 0,
    );
  }, 0);

// All states from the start on: odd moves are E, even ones M. At first q favours no component.
export function history(points, start, components, moves) {
  const state = (mixture, q) => ({
    mixture, q, log: logLikelihood(mixture, points), bound: bound(mixture, points, q),
  });
  const even = points.map(() => Array(components).fill(1 / components));
  const states = [state(begin(start, components), even)];
  for (let move = 1; move <= moves; move += 1) {
    const { mixture, q } = states.at(-1);
    states.push(move % 2
      ? state(mixture, eStep(mixture, points))
      : state(mStep(mixture, points, q), q));
  }
  return states;
}

// ---- the plane ----

export const WIDE = 10;
export const HIGH = 6.4;
const MOST = 80;
const DOT = 7.5;
const REACH = 24;

// Component 1 full, 2 open, 3 pale: one hue, told apart without it.
const FILLS = ["wg-solid", "", "wg-pale"];

const wedge = (x, y, from, to) => {
  if (to - from < 1e-3) return "";
  if (to - from > 0.999) return `M${x - DOT},${y}a${DOT},${DOT} 0 1 1 0,.01z`;
  const [a, b] = [from, to].map((turn) => 2 * Math.PI * turn - Math.PI / 2);
  const at = (angle) => `${(x + DOT * Math.cos(angle)).toFixed(2)},${(y + DOT * Math.sin(angle)).toFixed(2)}`;
  return `M${x},${y}L${at(a)}A${DOT},${DOT} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(b)}Z`;
};

function pie(x, y, shares) {
  let from = 0;
  let content = mark("circle", { cx: x, cy: y, r: DOT, class: "wg-blank" });
  shares.forEach((share, k) => {
    const look = FILLS[k];
    if (share > 0.999) {
      content += look && mark("circle", { cx: x, cy: y, r: DOT, class: look, "data-role": "latent" });
    } else if (look) {
      content += path(wedge(x, y, from, from + share), { class: look, "data-role": "latent" });
    }
    from += share;
  });
  return content + mark("circle", { cx: x, cy: y, r: DOT, class: "wg-rim", "data-role": "latent" });
}

const ellipse = (at, { mean, cov }, reach, attributes) => {
  const { large, small, angle } = principal(cov);
  const unit = at.x(1) - at.x(0);
  return mark("ellipse", {
    rx: reach * unit * Math.sqrt(large), ry: reach * unit * Math.sqrt(Math.max(small, 0)),
    transform: `translate(${at.x(mean[0])},${at.y(mean[1])}) rotate(${(-180 * angle) / Math.PI})`,
    ...attributes,
  });
};

const badge = (x, y, k) =>
  mark("circle", { cx: x, cy: y, r: 11, class: "wg-badge" })
  + text(x, y + 5, k + 1, { class: "wg-label", "data-role": "latent", "text-anchor": "middle" });

function scene(width, points, { mixture, q }, chosen) {
  const right = width - 2;
  const base = 2 + ((right - 2) * HIGH) / WIDE;
  const at = plane({ left: 2, right, top: 2, base, x: [0, WIDE], y: [0, HIGH] });
  const frameBox = { x: 2, y: 2, width: right - 2, height: base - 2 };
  const alive = mixture.map((part, k) => [part, k]).filter(([part]) => part.weight > 0);
  const rings = alive.map(([part]) =>
    ellipse(at, part, 1, { class: "wg-halo" })
    + ellipse(at, part, 2, { class: "wg-line wg-thin", "data-role": "latent" })).join("");
  const pies = points.map(([x, y], i) => pie(at.x(x), at.y(y), q[i])).join("");
  const badges = mixture.map((part, k) =>
    badge(at.x(part.mean[0]), at.y(part.mean[1]), k)).join("");
  const [x, y] = chosen;
  const target = mark("circle", { cx: at.x(x), cy: at.y(y), r: 14, class: "wg-target" });
  return {
    at,
    content: mark("clipPath", { id: "CLIP" }, mark("rect", frameBox))
      + mark("rect", { ...frameBox, class: "wg-sheet" })
      + mark("g", { "clip-path": "url(#CLIP)" }, rings) + pies + badges + target,
  };
}

// ---- the last moves: log-likelihood and bound ----

const SHOWN = 12;

function chart(width, start, states) {
  const last = states.length - 1;
  const from = Math.max(0, last - SHOWN);
  const xs = states.slice(from).map((_, i) => from + i);
  const logs = states.slice(from).map((state) => state.log);
  const bounds = states.slice(from).map((state) => state.bound);
  const [low, high] = [Math.min(...bounds), Math.max(...logs)];
  const room = Math.max(0.08 * (high - low), 0.01);
  const top = start + 34;
  const at = plane({
    left: 52, right: width - 108, top, base: top + 110,
    x: [from, from + SHOWN], y: [low - room, high + room],
  });
  const moves = ["logs", "bounds"];
  const dots = (values, radius, look, role) => xs.map((x, i) => mark("circle", {
    cx: at.x(x), cy: at.y(values[i]), r: radius, class: look, "data-role": role,
  })).join("");
  const letters = xs.map((x) =>
    text(at.x(x), at.base + 22, x === 0 ? "start" : x % 2 ? "E" : "M", {
      class: "wg-tick", "text-anchor": "middle",
    })).join("");
  const [x, end] = [at.x(xs.at(-1)) + 12, [at.y(logs.at(-1)), at.y(bounds.at(-1))]];
  const middle = (end[0] + end[1]) / 2;
  const apart = Math.max(0, 18 - (end[1] - end[0])) / 2;
  const places = [Math.min(end[0], middle) - apart, Math.max(end[1], middle) + apart];
  const digits = high - low > 5 ? 0 : high - low > 0.5 ? 1 : 3;
  return {
    height: at.base + 32,
    content: yGrid(at, ticks(low - room, high + room, 4), (value) => fixed(value, digits))
      + path(curve(at, xs, logs), { class: "wg-line", "data-role": "evidence" })
      + path(curve(at, xs, bounds), { class: "wg-line", "data-role": "q" })
      + dots(logs, 5, "wg-ring", "evidence") + dots(bounds, 2.5, "wg-solid", "q") + letters
      + text(x, places[0] + 5, "log-likelihood", { class: "wg-label", "data-role": "evidence" })
      + text(x, places[1] + 5, "bound", { class: "wg-label", "data-role": "q" }),
  };
}

// ---- words ----

const list = (names) => names.join(names.length > 2 ? ", " : " and ");

function held(mixture) {
  const names = mixture.flatMap((part, k) => (part.held ? [k + 1] : []));
  if (names.length === 0) return "";
  const [is, its] = names.length > 1 ? ["s " + list(names) + " have", "their"] : [" " + names[0] + " has", "its"];
  return `Component${is} shrunk onto a point or a line. Here ${its} width is held at ${FLOOR}; `
    + "without that floor the likelihood would grow without bound.";
}

function sentence(states) {
  const move = states.length - 1;
  const { log, bound: below } = states[move];
  if (move === 0) return "At the start q gives every component the same share of every point.";
  if (move % 2)
    return "After E each share is the exact posterior: the bound touches the log-likelihood.";
  const rise = log - states[move - 1].log;
  return `After M the log-likelihood is ${fixed(rise)} higher, and the bound lies `
    + `${fixed(log - below)} below it: q is out of date.`;
}

// ---- the widget ----

const SAMPLES = [0, 1, 2].map((k) =>
  mark("g", { transform: "translate(6,6) scale(0.9)" }, pie(0, 0, [0, 1, 2].map((j) => Number(j === k)))));
const LINE = '<line class="wg-line" x1="1" x2="27" y1="6" y2="6"/>';
const clamp = (value, high) => Math.min(high, Math.max(0, Math.round(100 * value) / 100));

function render({ model, el }) {
  const title = "EM stepper: a mixture fitted by turns of E and M";
  const widget = frame({ model, el, name: "em", title });
  const clip = `wg-clip-${Math.random().toString(36).slice(2)}`;
  const drawing = svg("svg", { role: "img" });
  const words = html("p", { class: "wg-words" });
  const note = html("p", { class: "wg-note" });
  let chosen = 0;
  let at;
  let redraw;

  // What can be moved: the points and, at the start, the means.
  const movable = () => {
    const means = model.get("moves") === 0 ? model.get("start").slice(0, model.get("components")) : [];
    return [...model.get("points"), ...means];
  };
  const put = ([x, y]) => {
    const place = [clamp(x, WIDE), clamp(y, HIGH)];
    const count = model.get("points").length;
    if (chosen < count) assign(model, "points", model.get("points").with(chosen, place));
    else assign(model, "start", model.get("start").with(chosen - count, place));
  };
  const choose = (index) => {
    const count = movable().length;
    chosen = (index + count) % count;
    redraw();
  };
  const pad = field({
    key: "points", label: "Points in the plane.",
    read: (event) => {
      const box = drawing.getBoundingClientRect();
      const scale = drawing.viewBox.baseVal.width / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    },
    grab: ([x, y]) => {
      const far = movable().map(([u, v]) => Math.hypot(at.x(u) - x, at.y(v) - y));
      const near = far.indexOf(Math.min(...far));
      if (far[near] > REACH) return false;
      choose(near);
      return true;
    },
    drag: ([x, y]) => put([at.readX(x), at.readY(y)]),
    nudge: (dx, dy) => {
      const [x, y] = movable()[chosen];
      put([x + 0.1 * dx, y + 0.1 * dy]);
    },
    other: (key) => {
      const step = { PageDown: 1, PageUp: -1 }[key];
      if (step) choose(chosen + step);
      return Boolean(step);
    },
  });
  const box = html("div", { class: "wg-picture" }, drawing, pad);
  const values = numbers([
    { name: "log-likelihood", label: "log-likelihood", role: "evidence" },
    { name: "bound", label: "bound", role: "q" },
    { name: "gap", label: "gap, KL(q ‖ posterior)", role: "q" },
    { name: "weights", label: "weights", role: "latent" },
    { name: "chosen", label: "point" },
    { name: "shares", label: "its shares", role: "q" },
  ]);
  const key = legend(SAMPLES.map((sample, k) => ["latent", `component ${k + 1}`, sample]), 12);
  widget.plot.append(key, box, words, note, values.list);

  const moveTo = (moves) => assign(model, "moves", moves);
  const row = buttons(widget, [
    ["e", "E step", () => model.get("moves") % 2 === 0 && model.get("moves") < MOST && moveTo(model.get("moves") + 1)],
    ["m", "M step", () => model.get("moves") % 2 === 1 && moveTo(model.get("moves") + 1)],
    ["back", "Back", () => model.get("moves") > 0 && moveTo(model.get("moves") - 1)],
  ]);
  slider(widget, model, { key: "moves", label: "moves so far", role: "q", min: 0, max: MOST, step: 1 });
  choice(widget, model, { key: "components", label: "Components", options: [[2, "two"], [3, "three"]] });

  const states = () =>
    history(...["points", "start", "components", "moves"].map((trait) => model.get(trait)));
  const report = (all) => {
    const { log, bound: below, mixture } = all.at(-1);
    return `${sentence(all)} ${held(mixture)} `
      + `Log-likelihood ${fixed(log)}, bound ${fixed(below)}.`;
  };

  function draw(width) {
    const [points, moves] = [model.get("points"), model.get("moves")];
    const all = states();
    const now = all.at(-1);
    chosen = Math.min(chosen, movable().length - 1);
    const place = movable()[chosen];
    const above = scene(width, points, now, place);
    at = above.at;
    const below = chart(width, at.base, all);
    drawing.setAttribute("viewBox", `0 0 ${width} ${below.height}`);
    drawing.innerHTML = (above.content + below.content).replaceAll("CLIP", clip);
    Object.assign(pad.style, { left: 0, top: 0, width: "100%", height: `${(100 * at.base) / below.height}%` });
    drawing.setAttribute("aria-label", `${points.length} points, each a disc shared out among `
      + `${now.mixture.length} components, whose ellipses reach two standard deviations. ${report(all)}`);
    const name = chosen < points.length ? `point ${chosen + 1}` : `start of component ${chosen - points.length + 1}`;
    pad.setAttribute("aria-label", `Chosen: ${name} at ${place.map((v) => fixed(v, 1)).join(", ")}. `
      + "Arrow keys move it, with Shift by ten steps; Page Up and Page Down choose another.");
    row.mute("e", moves % 2 === 1 || moves >= MOST);
    row.mute("m", moves % 2 === 0);
    row.mute("back", moves === 0);
    key.lastElementChild.hidden = now.mixture.length < 3;
    words.textContent = sentence(all);
    note.textContent = held(now.mixture);
    note.hidden = note.textContent === "";

    const between = gap(now.mixture, points, now.q);
    const weights = now.mixture.map((part) => part.weight);
    const shares = chosen < points.length ? now.q[chosen] : null;
    values.show("log-likelihood", fixed(now.log), now.log);
    values.show("bound", fixed(now.bound), now.bound);
    values.show("gap", fixed(between), between);
    values.show("weights", weights.map((w) => fixed(w, 2)).join(", "), weights);
    values.show("chosen", place.map((v) => fixed(v, 2)).join(", "), place, name);
    values.show("shares", shares ? shares.map((share) => fixed(share, 2)).join(", ") : "none", shares);
  }

  redraw = widget.show({
    traits: ["points", "start", "components", "moves"], picture: box, draw, say: () => report(states()),
  });
  return widget.end;
}

export default { render };
