// The evidence of the coin as an average over draws of θ, repeated, with its error bars.
import {
  assign, buttons, fixed, frame, legend, line, logarithmic, mark, numbers, path, SAMPLE, slider,
  stage, text, thousands,
} from "./common.js";
import { plane, ticks, xAxis, yGrid } from "./plot.js";
import { generator } from "./seeded.js";

// ---- mathematics ----

// Seven heads in ten tosses: what is averaged, its exact mean under a uniform prior, 1/11, and the
// standard deviation of one draw: E[L²] = 120² · 14! 6!/21! = 40/2261.
export const likelihood = (theta) => {
  const miss = 1 - theta;
  const cube = theta * theta * theta;
  return 120 * cube * cube * theta * miss * miss * miss;
};
export const EXACT = 1 / 11;
export const DEVIATION = Math.sqrt(40 / 2261 - EXACT ** 2);

// The half-width of a 90 % bar in standard errors.
const NINETY = 1.6448536269514722;

export const REPETITIONS = 200;
const [FEWEST, MOST] = [10, 100000];
const scale = logarithmic(FEWEST, MOST, { step: 0.1 });
const GRID = Array.from({ length: 41 }, (_, i) => scale.set(1 + i / 10));

// All repetitions at once, each with random numbers of its own. `advance` draws until n draws of
// each are done or `milliseconds` are over; sums are kept at every place of the slider.
export function experiment(seed, n) {
  const places = [...new Set([...GRID, n])].sort((a, b) => a - b);
  const makers = Array.from({ length: REPETITIONS }, (_, r) => generator(seed, r + 1));
  const empty = () => ({ sums: Array(REPETITIONS).fill(0), squares: Array(REPETITIONS).fill(0) });
  const kept = new Map();
  let [place, repetition, now] = [0, 0, empty()];

  const run = (from, to) => {
    const { uniform } = makers[repetition];
    let [sum, square] = [0, 0];
    for (let i = from; i < to; i += 1) {
      const value = likelihood(uniform());
      sum += value;
      square += value * value;
    }
    now.sums[repetition] += sum;
    now.squares[repetition] += square;
  };
  const advance = (goal, milliseconds = Infinity) => {
    const start = performance.now();
    while (places[place] <= goal) {
      if (performance.now() - start > milliseconds) return false;
      run(places[place - 1] ?? 0, places[place]);
      repetition += 1;
      if (repetition < REPETITIONS) continue;
      kept.set(places[place], { sums: [...now.sums], squares: [...now.squares] });
      [place, repetition] = [place + 1, 0];
    }
    return true;
  };
  const last = (goal) => places.filter((each) => each <= goal && kept.has(each)).at(-1);
  return { places, kept, advance, last };
}

// Each repetition's average and the standard error it estimates from its own draws.
export function estimates({ sums, squares }, n) {
  return sums.map((sum, r) => {
    const value = sum / n;
    const variance = Math.max(0, squares[r] - n * value ** 2) / (n - 1);
    return { value, error: Math.sqrt(variance / n) };
  });
}

export const holds = ({ value, error }) => Math.abs(value - EXACT) <= NINETY * error;

// Share of bars that hold 1/11, and the standard deviation of the estimates.
export function verdict(all) {
  const mean = all.reduce((sum, { value }) => sum + value, 0) / all.length;
  const square = all.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return {
    inside: all.filter(holds).length,
    spread: Math.sqrt(square / (all.length - 1)),
  };
}

// ---- the picture ----

const LEFT = 58;
const RIGHT = 8;
const FUNNEL = { top: 26, base: 176 };
const BARS = { top: 250, base: 400 };
const HEIGHT = 408;
const NARROW = 420;
const COLUMNS = [10, 32, 100, 320, 1000, 3200, 10000, 32000, 100000];

const caption = (at, words) => text(0, at.top - 10, words, { class: "wg-tick" });
const exactLine = (at) =>
  line(at.left, at.y(EXACT), at.right, at.y(EXACT), { class: "wg-line", "data-role": "evidence" });

// Places within one standard error of the exact evidence, for every n.
function funnel(at) {
  const powers = Array.from({ length: 81 }, (_, i) => 1 + i / 20);
  const edge = (sign) =>
    powers.map((power) => [at.x(power), at.y(EXACT + (sign * DEVIATION) / 10 ** (power / 2))]);
  const [upper, lower] = [edge(1), edge(-1)];
  const d = (points) => `M${points.map((point) => point.map((v) => v.toFixed(1))).join("L")}`;
  const evidence = { "data-role": "evidence" };
  return path(`${d([...upper, ...lower.toReversed()])}Z`, { class: "wg-fill", ...evidence });
}

function cloud(at, column, all) {
  const width = 0.055 * (at.right - at.left);
  const middle = at.x(Math.log10(column));
  const left = Math.max(at.left + width / 2, Math.min(at.right - width / 2, middle));
  const dots = all.map(({ value }, r) => {
    const x = left + width * ((r * 0.6180339887) % 1 - 0.5);
    return `M${x.toFixed(1)},${at.y(value).toFixed(1)}h0`;
  });
  return path(dots.join(""), { class: "wg-cloud", "data-role": "data" });
}

function upper(side, trial, n) {
  const reach = 3.2 * DEVIATION / Math.sqrt(FEWEST);
  const at = plane({ ...side, ...FUNNEL, x: [1, 5], y: [EXACT - reach, EXACT + reach] });
  const here = at.x(Math.log10(n));
  const decades = [10, 100, 1000, 10000, 100000]
    .filter((_, i) => i % 2 === 0 || side.right - side.left >= NARROW);
  const columns = COLUMNS.filter((column) => column <= n && trial.kept.has(column));
  const clouds = columns
    .map((column) => cloud(at, column, estimates(trial.kept.get(column), column))).join("");
  return caption(at, "all 200 estimates; shaded, one standard error")
    + yGrid(at, [0, 0.05, 0.1, 0.15])
    + funnel(at) + clouds + exactLine(at)
    + line(here, at.top, here, at.base, { class: "wg-axis" })
    + xAxis(at, decades.map(Math.log10), { words: (power) => thousands(10 ** power), name: "n" });
}

const ring = (x, y) =>
  mark("circle", { cx: x, cy: y, r: 3, class: "wg-ring", "data-role": "data" });

// One bar for each repetition. A bar that misses 1/11 is heavy and ends in a ring.
function bars(side, all, n, done) {
  const shown = all.slice(0, side.right - side.left < NARROW ? 50 : 100);
  const reach = (4.5 * DEVIATION) / Math.sqrt(n);
  const at = plane({
    ...side, ...BARS, x: [-0.5, shown.length - 0.5], y: [EXACT - reach, EXACT + reach],
  });
  const inside = (y) => Math.max(at.top, Math.min(at.base, y));
  const marks = shown.map((each, r) => {
    const { value, error } = each;
    const [low, high] = [-1, 1].map((sign) => inside(at.y(value + sign * NINETY * error)));
    const x = at.x(r);
    const hit = holds(each);
    const look = { class: hit ? "wg-bar-hit" : "wg-bar-miss", "data-role": "data" };
    const end = value < EXACT ? high : low;
    return line(x, low, x, high, look)
      + (hit ? "" : ring(x, end));
  });
  const words = `90 % bars of the first ${shown.length} at n = ${thousands(n)}`;
  return caption(at, done ? words : `${words}, still drawing`)
    + yGrid(at, ticks(EXACT - reach, EXACT + reach, 5))
    + marks.join("") + exactLine(at);
}

// ---- the widget ----

const CLOUD = '<path class="wg-cloud" d="M4,4h0M10,8h0M15,5h0M21,9h0M25,4h0"/>';
const MISS = '<line class="wg-bar-miss" x1="10" x2="10" y1="0" y2="9"/>'
  + '<circle class="wg-ring" cx="10" cy="9" r="3"/>';
const PATIENCE = 12;

function render({ model, el }) {
  const title = "Evidence of the coin by Monte Carlo, with error bars";
  const widget = frame({ model, el, name: "monte-carlo", title });
  const { box, drawing } = stage();
  const { list, show } = numbers([
    { name: "estimate", label: "first repetition", role: "data" },
    { name: "exact", label: "exact evidence", role: "evidence" },
    { name: "inside", label: "bars that hold it", role: "data" },
    { name: "spread", label: "spread of the estimates", role: "data" },
    { name: "error", label: "σ/√n, one standard error", role: "evidence" },
    { name: "draws", label: "draws in all", role: "data" },
  ]);
  widget.plot.append(legend([
    ["evidence", "1/11", SAMPLE], ["data", "200 repetitions", CLOUD],
    ["data", "bar that misses", MISS],
  ]), box, list);

  slider(widget, model, {
    key: "n", label: "draws, n", role: "data", ...scale,
    show: (power) => thousands(Math.round(scale.value(power))),
  });
  buttons(widget, [
    ["seed", "other seed", () => assign(model, "seed", (model.get("seed") % 9999) + 1)],
  ]);

  let trial, made;
  const state = () => {
    const [n, seed] = [model.get("n"), model.get("seed")];
    if (made !== seed || !trial.places.includes(n)) [trial, made] = [experiment(seed, n), seed];
    return n;
  };
  const results = (n) => estimates(trial.kept.get(n), n);
  const say = () => {
    const n = state();
    if (!trial.kept.has(n)) return "";
    const { inside } = verdict(results(n));
    return `${thousands(n)} draws: one standard error is ${fixed(DEVIATION / Math.sqrt(n), 5)}; `
      + `${inside} of ${REPETITIONS} bars hold 1/11.`;
  };

  // Many draws take a while: they come in pieces, one a frame, and the picture grows with them.
  let later;
  function draw(width) {
    const n = state();
    cancelAnimationFrame(later);
    const done = trial.advance(n, PATIENCE);
    widget.root.dataset.seed = model.get("seed");
    widget.root.dataset.busy = !done;
    if (!done) later = requestAnimationFrame(() => draw(width));
    const shown = trial.last(n);
    if (shown === undefined) return;

    const all = results(shown);
    const { inside, spread } = verdict(all);
    const side = { left: LEFT, right: width - RIGHT };
    drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    drawing.innerHTML = upper(side, trial, shown) + bars(side, all, shown, done);
    drawing.setAttribute("aria-label", `Estimates of the evidence around 1/11. ${say()}`);
    const digits = Math.max(4, Math.ceil(Math.log10(shown) / 2) + 3);
    const expected = DEVIATION / Math.sqrt(shown);
    const [{ value, error }] = all;
    show("estimate", `${fixed(value, digits)} ± ${fixed(error, digits)}`, value);
    show("exact", `${fixed(EXACT, digits)} = 1/11`, EXACT);
    show("inside", `${inside} of ${REPETITIONS}`, inside / REPETITIONS);
    show("spread", fixed(spread, digits), spread);
    show("error", fixed(expected, digits), expected);
    show("draws", thousands(REPETITIONS * shown), REPETITIONS * shown);
  }
  widget.ending(() => cancelAnimationFrame(later));
  widget.show({ traits: ["n", "seed"], picture: box, draw, say });
  return widget.end;
}

export default { render };
