// A Metropolis walk on the logit line, whose target is the posterior of the coin.
import {
  assign, buttons, fixed, frame, legend, line, logarithmic, logBeta, mark, numbers, path, percent,
  SAMPLE, significant, slider, stage, text, thousands,
} from "./common.js";
import { autocorrelation, effectiveSampleSize } from "./chains.js";
import { curve, drawn, plane, spread, ticks, xAxis } from "./plot.js";
import { generator } from "./seeded.js";

// ---- mathematics ----

const [A, B] = [8, 4];
export const MEAN = A / (A + B);
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const theta = (logit) => 1 / (1 + Math.exp(-logit));

// log density of logit θ when θ ~ Beta(8, 4): θ^8 (1 − θ)^4 / B(8, 4), the Jacobian included.
export const logDensity = (logit) =>
  -A * softplus(-logit) - B * softplus(logit) - logBeta(A, B);

// A walk that starts at θ = 1/2 and can be made longer. Every draw uses three random numbers, so
// that walks of one seed with different steps meet the same luck.
export function walk(seed, step) {
  const random = generator(seed);
  const [logits, proposals, accepted] = [[], [], []];
  let here = 0;
  let height = logDensity(here);
  const extend = (draws) => {
    while (logits.length < draws) {
      const proposal = here + step * random.normal();
      const there = logDensity(proposal);
      const taken = Math.log(random.uniform()) < there - height;
      if (taken) [here, height] = [proposal, there];
      logits.push(here);
      proposals.push(proposal);
      accepted.push(taken);
    }
  };
  return { logits, proposals, accepted, extend };
}

// What the first `draws` of a walk say about the mean of θ.
export function summary({ logits, accepted }, draws) {
  const values = logits.slice(0, draws).map(theta);
  if (draws === 0) return { acceptance: null, mean: null, size: null, error: null, lag: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
  const size = effectiveSampleSize(values);
  return {
    acceptance: accepted.slice(0, draws).filter(Boolean).length / draws,
    mean,
    size,
    error: size === null ? null : Math.sqrt(variance / size),
    lag: draws > 2 ? autocorrelation(values, 1)[1] : null,
  };
}

// ---- the picture ----

const LEFT = 40;
const RIGHT = 8;
const TOP = 24;
const BASE = 224;
const LOGITS = [-2.6, 4];
const THETAS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.97];
const BIN = 0.2;
const FEW = 60;
const LAGS = 40;
const LEAST = -0.3;
const HEIGHT = 398;

const logitOf = (share) => Math.log(share / (1 - share));
const length = (draws) =>
  [FEW, 100, 200, 500, 1000, 2000, 5000].find((most) => draws <= most);

// At most two points for each column of the picture, the lowest and the highest.
function thinned(values, columns) {
  if (values.length <= 2 * columns) return values.map((value, i) => [i + 1, value]);
  const points = [];
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor((column * values.length) / columns);
    const piece = values.slice(from, Math.floor(((column + 1) * values.length) / columns));
    points.push([from + 1, Math.min(...piece)], [from + 1, Math.max(...piece)]);
  }
  return points;
}

const disc = (x, y) =>
  mark("circle", { cx: x, cy: y, r: 3, class: "wg-solid", "data-role": "data" });
const cross = (x, y) =>
  path(`M${x - 3},${y - 3}l6,6m0,-6l-6,6`, { class: "wg-cross wg-thin", "data-role": "noise" });

// A refused proposal; beyond the picture, an arrowhead at its edge points to it.
function refused(at, draw, from, to) {
  const x = at.x(draw);
  const y = Math.max(at.top, Math.min(at.base, at.y(to)));
  const up = at.y(to) < at.top ? -1 : at.y(to) > at.base ? 1 : 0;
  const end = up === 0 ? cross(x, y) : path(`M${x - 3.5},${y}h7l-3.5,${6 * up}z`, {
    class: "wg-solid", "data-role": "noise",
  });
  return line(x, at.y(from), x, y, { class: "wg-hair" }) + end;
}

function trace(at, { logits, proposals, accepted }, draws) {
  const points = thinned([0, ...logits.slice(0, draws)], at.right - at.left);
  const xs = points.map(([i]) => i - 1);
  const way = drawn(curve(at, xs, points.map(([, value]) => value)), "data", "wg-line wg-trace");
  if (draws > FEW) return way;
  const marks = logits.slice(0, draws).map((logit, i) =>
    (accepted[i] ? "" : refused(at, i + 1, logit, proposals[i])) + disc(at.x(i + 1), at.y(logit)));
  return marks.join("") + way + disc(at.x(0), at.y(0));
}

// The draws as bars that lie along the logit axis, and the exact density over them.
function histogram(at, logits, draws) {
  const bins = Math.round((LOGITS[1] - LOGITS[0]) / BIN);
  const counts = Array(bins).fill(0);
  for (const logit of logits.slice(0, draws)) {
    const bin = Math.floor((logit - LOGITS[0]) / BIN);
    if (bin >= 0 && bin < bins) counts[bin] += 1;
  }
  const bars = counts.map((count, bin) => {
    const high = at.y(LOGITS[0] + BIN * (bin + 1));
    const wide = at.x(count / (draws * BIN)) - at.left;
    const size = { x: at.left, y: high, height: at.y(LOGITS[0] + BIN * bin) - high - 1 };
    return count && mark("rect", {
      ...size, width: Math.min(wide, at.right - at.left), class: "wg-bar", "data-role": "data",
    });
  }).filter(Boolean).join("");
  const ys = spread(...LOGITS, 120);
  return bars + drawn(curve(at, ys.map((y) => Math.exp(logDensity(y))), ys), "posterior");
}

function correlations(at, values) {
  const bars = values.map((value, lag) =>
    line(at.x(lag), at.y(0), at.x(lag), at.y(Math.max(value, LEAST)), {
      class: "wg-line", "data-role": "data",
    }));
  const name = "autocorrelation of θ, by draws apart";
  return text(0, at.top - 12, name, { class: "wg-tick" })
    + [0, 0.5, 1].map((value) =>
      line(at.left, at.y(value), at.right, at.y(value), { class: "wg-hair" })
      + text(at.left - 8, at.y(value) + 5, value, { class: "wg-tick", "text-anchor": "end" }))
      .join("")
    + bars.join("") + xAxis(at, [0, 10, 20, 30, 40]);
}

function picture(width, chain, draws) {
  const right = width - RIGHT;
  const split = Math.round(right - Math.max(76, 0.22 * width));
  const tall = { top: TOP, base: BASE, y: LOGITS };
  const most = length(draws);
  const left = plane({ ...tall, left: LEFT, right: split - 12, x: [0, most] });
  const side = plane({ ...tall, left: split, right, x: [0, 0.95] });
  const rows = THETAS.map((share) => {
    const y = left.y(logitOf(share));
    return line(LEFT, y, right, y, { class: "wg-hair" })
      + text(LEFT - 8, y + 5, share, { class: "wg-tick", "text-anchor": "end" });
  });
  const values = chain.logits.slice(0, draws).map(theta);
  const low = plane({ left: LEFT, right, top: 294, base: 374, x: [-0.5, LAGS + 0.5], y: [LEAST, 1] });
  return text(LEFT, TOP - 10, "θ", { class: "wg-tick", "text-anchor": "end", dx: -8 })
    + rows.join("")
    + trace(left, chain, draws) + histogram(side, chain.logits, draws)
    + xAxis(left, ticks(0, most, 4).map(Math.round), { words: thousands, name: "draw" })
    + correlations(low, draws > 2 ? autocorrelation(values, LAGS) : []);
}

// ---- the widget ----

const MOST = 5000;
const RUN = 1000;
const RATE = 0.4;
const BARS = '<rect class="wg-bar" x="1" y="1" width="26" height="10"/>';
const REJECTED = cross(14, 6);

const orNone = (value, words) => (value === null ? "none yet" : words(value));
const whole = (value) => thousands(Math.round(value));

function render({ model, el }) {
  const title = "Metropolis walk on the posterior of the coin";
  const widget = frame({ model, el, name: "metropolis", title });
  const { box, drawing } = stage();
  const { list, show } = numbers([
    { name: "draws", label: "draws", role: "data" },
    { name: "acceptance", label: "accepted", role: "data" },
    { name: "autocorrelation", label: "correlation of neighbours", role: "data" },
    { name: "size", label: "effective sample size", role: "data" },
    { name: "mean", label: "mean of θ, exactly 2/3", role: "data" },
    { name: "error", label: "its standard error", role: "data" },
  ]);
  const key = legend([
    ["posterior", "exact posterior", SAMPLE], ["data", "draws", BARS],
    ["noise", "refused", REJECTED],
  ]);
  widget.plot.append(key, box, list);

  const scale = logarithmic(0.02, 20);
  slider(widget, model, {
    key: "step", label: "step", role: "data", ...scale,
    show: (power) => significant(scale.value(power)),
  });

  // The walk is made longer, and looked at, only when what it depends on has changed.
  let chain, made, found, looked;
  const state = () => {
    const [step, seed, draws] = ["step", "seed", "draws"].map((trait) => model.get(trait));
    if (made !== `${seed},${step}`) [chain, made] = [walk(seed, step), `${seed},${step}`];
    chain.extend(draws);
    if (looked !== `${made},${draws}`)
      [found, looked] = [summary(chain, draws), `${made},${draws}`];
    return { step, draws, found };
  };

  // The run: draws appear a few at a time, all at once for who wants no motion.
  let running;
  const stop = () => {
    cancelAnimationFrame(running);
    running = undefined;
    model.save_changes();
    words();
  };
  const run = () => {
    if (running !== undefined) return stop();
    const from = model.get("draws") >= MOST ? 0 : model.get("draws");
    const goal = Math.min(MOST, from + RUN);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    const frameOn = (now) => {
      const draws = still ? goal : Math.min(goal, from + Math.floor(RATE * (now - start)));
      model.set("draws", Math.max(from, draws));
      if (draws >= goal) stop();
      else running = requestAnimationFrame(frameOn);
    };
    running = requestAnimationFrame(frameOn);
    words();
  };
  const { nodes } = buttons(widget, [
    ["one", "1 draw", () => assign(model, "draws", Math.min(MOST, model.get("draws") + 1))],
    ["run", "run", run],
    ["restart", "restart", () => assign(model, "draws", 0)],
    ["seed", "other seed", () => assign(model, "seed", (model.get("seed") % 9999) + 1)],
  ]);
  const words = () => {
    nodes.run.textContent = running === undefined ? "1,000 draws" : "pause";
  };
  words();
  widget.ending(() => cancelAnimationFrame(running));

  const say = () => {
    const { step, draws, found: { acceptance, mean, size } } = state();
    return `${thousands(draws)} draws with step ${significant(step)}: `
      + `${orNone(acceptance, percent)} accepted, mean of θ ${orNone(mean, fixed)}, `
      + `effective sample size ${orNone(size, whole)}.`;
  };

  function draw(width) {
    const { draws, found: { acceptance, mean, size, error, lag } } = state();
    widget.root.dataset.seed = model.get("seed");
    drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    drawing.innerHTML = picture(width, chain, draws);
    drawing.setAttribute("aria-label",
      `Walk, histogram beside the exact density, and autocorrelation. ${say()}`);
    key.lastElementChild.hidden = draws > FEW;
    show("draws", thousands(draws), draws);
    show("acceptance", orNone(acceptance, percent), acceptance);
    show("autocorrelation", orNone(lag, fixed), lag);
    show("size", orNone(size, whole), size);
    show("mean", orNone(mean, fixed), mean);
    show("error", orNone(error, fixed), error);
  }

  widget.show({ traits: ["step", "seed", "draws"], picture: box, draw, say });
  return widget.end;
}

export default { render };
