// Two normal densities, and the two divergences between them as areas under their integrands.
import {
  fixed, frame, html, legend, logarithmic, mark, numbers, path, SAMPLE, slider, stage, text,
} from "./common.js";
import { expectation, klNormal, logNormal, normal } from "./normal.js";
import { curve, drawn, plane, spread, ticks, under, xAxis, yGrid } from "./plot.js";

// ---- mathematics ----

// KL(first ‖ second), each [mean, standard deviation], as the first's mean of the log ratio.
const logRatio = (x, [mu, sigma], [nu, tau]) => logNormal(x, mu, sigma) - logNormal(x, nu, tau);
export const closedForm = (first, second) => klNormal(...first, ...second);
export const byQuadrature = (first, second) =>
  expectation((x) => logRatio(x, first, second), ...first);

// What is integrated: the first density times the log ratio. Its area is KL(first ‖ second).
export const integrand = (x, first, second) => normal(x, ...first) * logRatio(x, first, second);

// ---- the picture ----

const LEFT = 44;
const RIGHT = 8;
const POINTS = 360;
const DENSITIES = { top: 8, base: 158 };
const PANELS = [
  { top: 190, base: 300, role: "q", words: "q log(q/p)" },
  { top: 332, base: 442, role: "p", words: "p log(p/q)" },
];
const HEIGHT = 486;
const SHOWN = 3.6;

const range = (...normals) => [
  Math.min(-4, ...normals.map(([mu, sigma]) => mu - SHOWN * sigma)),
  Math.max(4, ...normals.map(([mu, sigma]) => mu + SHOWN * sigma)),
];

// Lines that fill what is below zero: told apart from what is above without colour.
const hatching = (id, role) =>
  mark("pattern", {
    id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
  }, path("M0,0V5", { class: "wg-hatch", "data-role": role }));

function signedArea(at, xs, ys, role, id) {
  const above = under(at, xs, ys.map((y) => Math.max(y, 0)));
  const below = under(at, xs, ys.map((y) => Math.min(y, 0)));
  return hatching(id, role)
    + drawn(above, role, "wg-faint")
    + path(below, { fill: `url(#${id})`, class: "wg-below" })
    + drawn(curve(at, xs, ys), role);
}

function picture(width, q, p, id) {
  const x = range(q, p);
  const xs = spread(...x, POINTS);
  const side = { left: LEFT, right: width - RIGHT };
  const most = Math.max(normal(q[0], ...q), normal(p[0], ...p));
  const at = plane({ ...side, ...DENSITIES, x, y: [0, 1.06 * most] });
  const density = (role, shape) => drawn(curve(at, xs, xs.map((v) => normal(v, ...shape))), role);
  const heights = [[q, p], [p, q]].map((pair) => xs.map((v) => integrand(v, ...pair)));
  const low = Math.min(-0.25, ...heights.flat());
  const high = Math.max(0.25, ...heights.flat());
  const panels = PANELS.map(({ top, base, role, words }, i) => {
    const y = [low - 0.04 * (high - low), high + 0.04 * (high - low)];
    const panel = plane({ ...side, top, base, x, y });
    return yGrid(panel, ticks(low, high, 4))
      + signedArea(panel, xs, heights[i], role, `${id}-${role}`)
      + text(panel.right, top - 8, words, {
        class: "wg-label", "data-role": role, "text-anchor": "end",
      });
  });
  const last = plane({ ...side, ...PANELS[1], x, y: [0, 1] });
  return yGrid(at, ticks(0, most, 4).slice(1))
    + xAxis(at, []) + density("p", p) + density("q", q) + panels.join("")
    + xAxis(last, ticks(...x, 9), { name: "x" });
}

// ---- the widget ----

const name = ([mu, sigma]) => `N(${fixed(mu, 1)}, ${fixed(sigma, 2)}²)`;

function render({ model, el }) {
  const title = "Two normals: both divergences as areas";
  const widget = frame({ model, el, name: "two-normals", title });
  const id = `wg-below-${Math.random().toString(36).slice(2)}`;
  const { box, drawing } = stage();
  const note = html("p", { class: "wg-note" }, "Filled areas add, hatched areas take away.");
  const { list, show } = numbers([
    { name: "kl-qp", label: "KL(q‖p), closed form", role: "q" },
    { name: "kl-qp-area", label: "the area under q log(q/p)", role: "q" },
    { name: "kl-pq", label: "KL(p‖q), closed form", role: "p" },
    { name: "kl-pq-area", label: "the area under p log(p/q)", role: "p" },
  ], "wg-pairs");
  widget.plot.append(legend([["q", "q", SAMPLE], ["p", "p", SAMPLE]]), box, note, list);

  const place = { min: -3, max: 3, step: 0.1, show: (value) => fixed(value, 1) };
  const scale = logarithmic(0.125, 4, { base: 2, step: 0.125, digits: 3 });
  const width = { ...scale, show: (power) => fixed(scale.value(power), power < -2 ? 3 : 2) };
  slider(widget, model, { key: "mu_q", label: "mean of q", role: "q", ...place });
  slider(widget, model, { key: "sigma_q", label: "deviation of q", role: "q", ...width });
  slider(widget, model, { key: "mu_p", label: "mean of p", role: "p", ...place });
  slider(widget, model, { key: "sigma_p", label: "deviation of p", role: "p", ...width });

  const traits = ["mu_q", "sigma_q", "mu_p", "sigma_p"];
  const state = () => {
    const [muQ, sigmaQ, muP, sigmaP] = traits.map((trait) => model.get(trait));
    return [[muQ, sigmaQ], [muP, sigmaP]];
  };
  const say = () => {
    const [q, p] = state();
    return `q is ${name(q)}, p is ${name(p)}. The divergence of q from p is `
      + `${fixed(closedForm(q, p))} nats, of p from q ${fixed(closedForm(p, q))} nats.`;
  };

  function draw(pixels) {
    const [q, p] = state();
    drawing.setAttribute("viewBox", `0 0 ${pixels} ${HEIGHT}`);
    drawing.innerHTML = picture(pixels, q, p, id);
    drawing.setAttribute("aria-label", `Two normal densities and two integrands. ${say()}`);
    for (const [key, pair] of [["qp", [q, p]], ["pq", [p, q]]]) {
      const [exact, area] = [closedForm(...pair), byQuadrature(...pair)];
      show(`kl-${key}`, `${fixed(exact, 6)} nats`, exact);
      show(`kl-${key}-area`, `${fixed(area, 6)} nats`, area);
    }
  }

  widget.show({ traits, picture: box, draw, say });
  return widget.end;
}

export default { render };
