// One normal q fitted to a mixture p of two, by either divergence.
import {
  buttons, fixed, frame, html, legend, line, logarithmic, mark, numbers, SAMPLE, slider, stage,
  text,
} from "./common.js";
import { expectation, logNormal, normal } from "./normal.js";
import { curve, drawn, plane, spread, ticks, under, xAxis, yGrid } from "./plot.js";

// ---- mathematics ----

// Each hill of p is normal with this standard deviation; the hills stand `separation` apart.
const HILL = 0.5;
export const mixture = (separation, weight) =>
  ({ left: -separation / 2, right: separation / 2, weight });

// log p(x) and its first two derivatives.
function logMixture(x, { left, right, weight }) {
  const a = Math.log(weight) + logNormal(x, left, HILL);
  const b = Math.log(1 - weight) + logNormal(x, right, HILL);
  const top = Math.max(a, b);
  const value = top + Math.log(Math.exp(a - top) + Math.exp(b - top));
  const share = Math.exp(a - value);
  const [slopeLeft, slopeRight] = [(left - x) / HILL ** 2, (right - x) / HILL ** 2];
  const slope = share * slopeLeft + (1 - share) * slopeRight;
  const bend = share * (1 - share) * (slopeLeft - slopeRight) ** 2 - 1 / HILL ** 2;
  return [value, slope, bend];
}
export const logDensity = (x, p) => logMixture(x, p)[0];

// Mean and standard deviation of p: the normal with the smallest KL(p ‖ q).
export function fitForward({ left, right, weight }) {
  const mu = weight * left + (1 - weight) * right;
  const between = weight * (1 - weight) * (right - left) ** 2;
  return [mu, Math.sqrt(HILL ** 2 + between)];
}

const normalEntropy = (sigma) => Math.log(sigma) + 0.5 * Math.log(2 * Math.PI * Math.E);

// −E[log p(x)] for x ~ p, hill by hill.
export const entropy = (p) =>
  -p.weight * expectation((x) => logDensity(x, p), p.left, HILL)
  - (1 - p.weight) * expectation((x) => logDensity(x, p), p.right, HILL);

// log p bends sharply between the hills, so a wide q needs as fine a rule as a narrow one.
const nodesFor = (sigma) => Math.max(240, Math.ceil(640 * sigma));

// KL(q ‖ p) for q = N(mu, sigma²), in nats.
export const reverse = (mu, sigma, p, nodes = nodesFor(sigma)) =>
  -normalEntropy(sigma) - expectation((x) => logDensity(x, p), mu, sigma, nodes);

// KL(p ‖ q): −log q has a mean under p that asks for p's mean and variance only.
export function forward(mu, sigma, p, pEntropy = entropy(p)) {
  const [mean, deviation] = fitForward(p);
  const spreadAround = deviation ** 2 + (mean - mu) ** 2;
  return 0.5 * Math.log(2 * Math.PI * sigma ** 2) + spreadAround / (2 * sigma ** 2) - pEntropy;
}

// Gradient and curvatures of KL(q ‖ p) in (mu, log sigma), as means over x = mu + sigma z.
export function slopes(mu, sigma, p) {
  const mean = (f) =>
    expectation((z) => f(z, ...logMixture(mu + sigma * z, p)), 0, 1, nodesFor(sigma));
  return {
    gradient: [
      -mean((z, value, slope) => slope),
      -1 - mean((z, value, slope) => slope * sigma * z),
    ],
    curvature: [
      -mean((z, value, slope, bend) => bend),
      -mean((z, value, slope, bend) => bend * sigma * z),
      -mean((z, value, slope, bend) => bend * (sigma * z) ** 2 + slope * sigma * z),
    ],
  };
}

// Newton's step where the surface curves upwards, straight downhill where it does not.
function downhill({ gradient: [g, h], curvature: [a, b, c] }) {
  const determinant = a * c - b * b;
  const step = a > 0 && determinant > 0
    ? [(b * h - c * g) / determinant, (b * g - a * h) / determinant]
    : [-g, -h];
  const length = Math.hypot(...step);
  return step.map((part) => part * Math.min(1, LONGEST / length));
}

// From (mu, sigma) downhill on KL(q ‖ p) to the minimum of the valley it starts in.
const LONGEST = 0.2;
const STEPS = 200;
export function fitReverse(mu, sigma, p) {
  for (let i = 0; i < STEPS; i += 1) {
    const here = slopes(mu, sigma, p);
    if (Math.hypot(...here.gradient) < 1e-11) break;
    const step = downhill(here);
    const now = reverse(mu, sigma, p);
    let share = 1;
    while (share > 1e-9
        && reverse(mu + share * step[0], sigma * Math.exp(share * step[1]), p) > now + 1e-14)
      share /= 2;
    mu += share * step[0];
    sigma *= Math.exp(share * step[1]);
  }
  return [mu, sigma];
}

// ---- the picture ----

const LEFT = 44;
const RIGHT = 8;
const X = [-6, 6];
const POINTS = 300;
const PLACES = spread(...X, 96);
const HEIGHT = 428;

function densities(side, mu, sigma, p) {
  const xs = spread(...X, POINTS);
  const heights = xs.map((x) => Math.exp(logDensity(x, p)));
  const top = Math.max(...heights, normal(mu, mu, sigma));
  const at = plane({ ...side, top: 8, base: 168, x: X, y: [0, 1.06 * top] });
  return yGrid(at, ticks(0, top, 4).slice(1))
    + drawn(under(at, xs, heights), "p", "wg-fill") + xAxis(at, [])
    + drawn(curve(at, xs, heights), "p")
    + drawn(curve(at, xs, xs.map((x) => normal(x, mu, sigma))), "q");
}

const dot = (at, mu, value, role) =>
  mark("circle", {
    cx: at.x(mu), cy: at.y(value), r: 5, class: "wg-dot", "data-role": role,
  });

// Both divergences for every place of q's mean, at its present width.
function landscape(side, mu, sigma, p, clip) {
  const pEntropy = entropy(p);
  const lines = {
    q: PLACES.map((place) => reverse(place, sigma, p, 240)),
    p: PLACES.map((place) => forward(place, sigma, p, pEntropy)),
  };
  const here = { q: reverse(mu, sigma, p), p: forward(mu, sigma, p, pEntropy) };
  const top = Math.max(3, 1.25 * Math.max(Math.min(...lines.q), Math.min(...lines.p)),
    Math.min(12, 1.15 * Math.max(here.q, here.p)));
  const at = plane({ ...side, top: 218, base: 378, x: X, y: [0, top] });
  const drawnLines = ["p", "q"].map((role) => drawn(curve(at, PLACES, lines[role]), role)).join("");
  const dots = ["p", "q"].filter((role) => here[role] <= top)
    .map((role) => dot(at, mu, here[role], role)).join("");
  const window = mark("rect", {
    x: at.left, y: at.top, width: at.right - at.left, height: at.base - at.top,
  });
  return mark("clipPath", { id: clip }, window)
    + text(0, 206, "nats, for every mean of q at its present width", { class: "wg-tick" })
    + yGrid(at, ticks(0, top, 4).slice(1))
    + line(at.x(mu), at.top, at.x(mu), at.base, { class: "wg-hair" })
    + mark("g", { "clip-path": `url(#${clip})` }, drawnLines) + dots
    + xAxis(at, ticks(...X, 7), { name: "x and the mean of q" });
}

// ---- words ----

const close = (first, second) => first.every((value, i) => Math.abs(value - second[i]) < 1e-6);

function remark(mu, sigma, p) {
  if (close([mu, sigma], fitForward(p)))
    return "q has the mean and the deviation of p: no normal has a smaller KL(p‖q).";
  const { gradient, curvature: [a, b, c] } = slopes(mu, sigma, p);
  if (Math.hypot(...gradient) < 1e-6 && a > 0 && a * c > b * b)
    return "Every small change of q raises KL(q‖p). Another start may end elsewhere.";
  return "";
}

// ---- the widget ----

function render({ model, el }) {
  const title = "One normal fitted to two hills by either divergence";
  const widget = frame({ model, el, name: "fit-by-kl", title });
  const { box, drawing, clip } = stage();
  const note = html("p", { class: "wg-note" });
  const { list, show } = numbers([
    { name: "q", label: "q", role: "q" },
    { name: "kl-qp", label: "KL(q‖p), reverse", role: "q" },
    { name: "kl-pq", label: "KL(p‖q), forward", role: "p" },
  ]);
  widget.plot.append(legend([
    ["q", "q and KL(q‖p)", SAMPLE], ["p", "p and KL(p‖q)", SAMPLE],
  ]), box, note, list);

  const scale = logarithmic(0.125, 4, { base: 2, step: 0.125, digits: 3 });
  slider(widget, model, {
    key: "mu", label: "mean of q", role: "q", min: -5, max: 5, step: 0.1,
    show: (value) => fixed(value, 2),
  });
  slider(widget, model, {
    key: "sigma", label: "deviation of q", role: "q", ...scale,
    show: (power) => fixed(scale.value(power), 3),
  });
  const put = ([mu, sigma]) => {
    model.set("mu", mu);
    model.set("sigma", sigma);
    model.save_changes();
  };
  buttons(widget, [
    ["fit-forward", "fit forward", () => put(fitForward(state()[2]))],
    ["fit-reverse", "fit reverse", () => put(fitReverse(...state()))],
  ]);
  slider(widget, model, {
    key: "separation", label: "hills apart", role: "p", min: 0, max: 6, step: 0.25,
    show: (value) => fixed(value, 2),
  });
  slider(widget, model, {
    key: "weight", label: "weight on the left", role: "p", min: 0.05, max: 0.95, step: 0.05,
    show: (value) => fixed(value, 2),
  });

  const state = () => {
    const [mu, sigma, separation, weight] =
      ["mu", "sigma", "separation", "weight"].map((trait) => model.get(trait));
    return [mu, sigma, mixture(separation, weight)];
  };
  const say = () => {
    const [mu, sigma, p] = state();
    return `q has mean ${fixed(mu, 2)} and deviation ${fixed(sigma, 2)}. Reverse divergence `
      + `${fixed(reverse(mu, sigma, p))} nats, forward ${fixed(forward(mu, sigma, p))} nats. `
      + remark(mu, sigma, p);
  };

  function draw(width) {
    const [mu, sigma, p] = state();
    const side = { left: LEFT, right: width - RIGHT };
    drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    drawing.innerHTML = densities(side, mu, sigma, p) + landscape(side, mu, sigma, p, clip);
    drawing.setAttribute("aria-label", `A density p of two hills and a normal q. ${say()}`);
    note.textContent = remark(mu, sigma, p);
    note.hidden = note.textContent === "";
    show("q", `N(${fixed(mu, 2)}, ${fixed(sigma, 2)}²)`, `${mu},${sigma}`);
    const [qp, pq] = [reverse(mu, sigma, p), forward(mu, sigma, p)];
    show("kl-qp", `${fixed(qp)} nats`, qp);
    show("kl-pq", `${fixed(pq)} nats`, pq);
  }

  widget.show({
    traits: ["mu", "sigma", "separation", "weight"], picture: box, draw, say,
  });
  return widget.end;
}

export default { render };
