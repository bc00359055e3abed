// The evidence of a coin, split by a guess q into a bound below and a divergence above.
import {
  choice, fixed, frame, html, legend, line, logBeta, mark, numbers, path, SAMPLE, slider, stage,
  text,
} from "./common.js";
import { expectation, logNormal, normal } from "./normal.js";
import { curve, drawn, plane, ticks, under, xAxis, yGrid } from "./plot.js";

// ---- mathematics: 7 heads in 10 tosses, uniform prior, on the line of z = log θ/(1 − θ) ----

const HEADS = 7;
const TAILS = 3;
const LOG_CHOOSE = Math.log(120);
export const LOG_EVIDENCE = -Math.log(11);
const LOG_CONSTANT = logBeta(HEADS + 1, TAILS + 1);

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

// log of θ^8 (1 − θ)^4: likelihood and prior on the z line, where the uniform prior is θ(1 − θ).
const logShape = (logit) => -(HEADS + 1) * softplus(-logit) - (TAILS + 1) * softplus(logit);
export const logJoint = (logit) => LOG_CHOOSE + logShape(logit);
export const logPosterior = (logit) => logShape(logit) - LOG_CONSTANT;

// ELBO = E_q[log p(D, z)] plus the entropy of q = N(mean, width²), which is known exactly.
export function elbo(mean, width) {
  const entropy = 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(width);
  return expectation(logJoint, mean, width) + entropy;
}

// KL(q ‖ posterior) by Simpson's rule for ∫ q log(q/posterior) dz: shares no number with the ELBO.
const INTERVALS = 720;
const SPAN = 9;
export function kl(mean, width) {
  const step = (2 * SPAN * width) / INTERVALS;
  let sum = 0;
  for (let i = 0; i <= INTERVALS; i += 1) {
    const logit = mean + SPAN * width * ((2 * i) / INTERVALS - 1);
    const logq = logNormal(logit, mean, width);
    const weight = i === 0 || i === INTERVALS ? 1 : 2 + 2 * (i % 2);
    sum += weight * Math.exp(logq) * (logq - logPosterior(logit));
  }
  return (sum * step) / 3;
}

// ---- the picture ----

const LOGITS = Array.from({ length: 331 }, (_, i) => -5 + i / 30);
const THETAS = Array.from({ length: 299 }, (_, i) => (i + 1) / 300);
const logit = (theta) => Math.log(theta / (1 - theta));

// Both densities on one of the two lines. A density of θ is one of z times dz/dθ = 1/θ(1 − θ).
export function densities(axis, mean, width) {
  const xs = axis === "logit" ? LOGITS : THETAS;
  const at = axis === "logit" ? xs : xs.map(logit);
  const slope = (x) => (axis === "logit" ? 1 : 1 / (x * (1 - x)));
  return {
    xs,
    q: xs.map((x, i) => normal(at[i], mean, width) * slope(x)),
    posterior: xs.map((x, i) => Math.exp(logPosterior(at[i])) * slope(x)),
  };
}

// The highest value away from both ends, where a wide q crowds against 0 and 1.
export const ceiling = ({ q, posterior }) =>
  1.08 * Math.max(...posterior, ...q.filter((_, i) => i > 5 && i < q.length - 6));

const AXES = {
  logit: { range: [-5, 6], marks: [-4, -2, 0, 2, 4, 6], name: "logit of the bias, z" },
  theta: { range: [0, 1], marks: [0, 0.2, 0.4, 0.6, 0.8, 1], name: "bias of the coin, θ" },
};

function curves(width, axis, mean, deviation, clip) {
  const shown = densities(axis, mean, deviation);
  const top = ceiling(shown);
  const { range, marks, name } = AXES[axis];
  const height = Math.round(Math.max(180, Math.min(220, 0.5 * width)));
  const at = plane({ left: 34, right: width - 8, top: 8, base: height, x: range, y: [0, top] });
  const window = mark("rect", { x: at.left, y: 4, width: at.right - at.left, height });
  const lines = drawn(under(at, shown.xs, shown.posterior), "posterior", "wg-fill")
    + drawn(curve(at, shown.xs, shown.posterior), "posterior")
    + drawn(curve(at, shown.xs, shown.q), "q");
  return {
    base: height + 44,
    cut: Math.max(...shown.q) > top,
    content: mark("clipPath", { id: clip }, window) + yGrid(at, ticks(0, top, 4).slice(1))
      + xAxis(at, marks, { name, words: (value) => fixed(value, axis === "logit" ? 0 : 1) })
      + mark("g", { "clip-path": `url(#${clip})` }, lines),
  };
}

const LOWEST = [-4, -6, -10, -20, -40];
const BAR = 30;

// A bar from the left edge to the bound, and from there to the log evidence the divergence.
function bars(width, start, bound, gap) {
  const low = LOWEST.find((end) => end + 0.4 < bound) ?? LOWEST.at(-1);
  const right = width - 86;
  const at = plane({ left: 12, right, top: 0, base: 1, x: [low, -2], y: [0, 1] });
  const top = start + 40;
  const middle = top + BAR / 2 + 5;
  const ends = [at.x(low), at.x(bound), at.x(LOG_EVIDENCE)];
  const box = (x, end, look) => mark("rect", {
    x, y: top, width: Math.max(0, end - x), height: BAR, class: look, "data-role": "q",
  });
  let hatching = "";
  for (let x = ends[1] + 3; x < ends[2]; x += 6) hatching += `M${x},${top}v${BAR}`;
  const inside = ends[1] - ends[0] > 110;
  const evidence = { "data-role": "evidence" };
  return {
    height: top + BAR + 44,
    content: box(ends[0], ends[1], "wg-solid") + box(ends[1], ends[2], "wg-faint")
      + path(hatching, { class: "wg-hatch", "data-role": "q" })
      + line(ends[2], top - 14, ends[2], top + BAR + 6, { class: "wg-line", ...evidence })
      + text(ends[2], top - 20, `log evidence ${fixed(LOG_EVIDENCE)}`, {
        class: "wg-label", "text-anchor": ends[2] > width - 90 ? "end" : "middle", ...evidence,
      })
      + text(ends[2] + 10, middle, `KL ${fixed(gap)}`, { class: "wg-label", "data-role": "q" })
      + text(inside ? ends[0] + 10 : ends[0], inside ? middle : top - 6, `ELBO ${fixed(bound)}`, {
        class: inside ? "wg-label wg-on" : "wg-label", "data-role": "q",
      })
      + xAxis({ ...at, base: top + BAR + 6 }, ticks(low, -2, 5), {
        words: (nats) => fixed(nats, Number.isInteger(nats) ? 0 : 1),
      })
      + text(right + 14, top + BAR + 25, "nats", { class: "wg-tick" }),
  };
}

// ---- the widget ----

function render({ model, el }) {
  const title = "ELBO bars: a bound on the log evidence of a coin";
  const widget = frame({ model, el, name: "elbo", title });
  const { box, drawing, clip } = stage();
  const note = html("p", { class: "wg-note" });
  const { list, show } = numbers([
    { name: "elbo", label: "ELBO, the bound", role: "q" },
    { name: "kl", label: "KL(q ‖ posterior)", role: "q" },
    { name: "total", label: "their sum, log(1/11)", role: "evidence" },
  ]);
  const key = legend([
    ["q", "your guess q", SAMPLE],
    ["posterior", "exact posterior", SAMPLE],
  ]);
  widget.plot.append(key, box, note, list);
  slider(widget, model, {
    key: "mean", label: "mean of q", role: "q", min: -2, max: 3, step: 0.01,
    show: (value) => fixed(value, 2),
  });
  slider(widget, model, {
    key: "width", label: "width of q", role: "q", min: 0.1, max: 3, step: 0.01,
    show: (value) => fixed(value, 2),
  });
  choice(widget, model, {
    key: "axis", label: "Draw over", options: [["logit", "logit z"], ["theta", "bias θ"]],
  });

  const say = () => {
    const [mean, width] = [model.get("mean"), model.get("width")];
    return `ELBO ${fixed(elbo(mean, width))}, KL ${fixed(kl(mean, width))} nats; `
      + `their sum is the log evidence, ${fixed(LOG_EVIDENCE)}.`;
  };

  function draw(width) {
    const [mean, deviation, axis] = ["mean", "width", "axis"].map((trait) => model.get(trait));
    const bound = elbo(mean, deviation);
    const gap = kl(mean, deviation);
    const above = curves(width, axis, mean, deviation, clip);
    const below = bars(width, above.base, bound, gap);
    drawing.setAttribute("viewBox", `0 0 ${width} ${below.height}`);
    drawing.innerHTML = above.content + below.content;
    drawing.setAttribute("aria-label", `The guess q with mean ${fixed(mean, 2)} and width `
      + `${fixed(deviation, 2)} of the logit, beside the exact posterior. ${say()}`);
    note.textContent = above.cut ? "q is cut off at the top, close to an end." : "";
    note.hidden = !above.cut;
    show("elbo", fixed(bound, 4), bound);
    show("kl", fixed(gap, 4), gap);
    show("total", fixed(bound + gap, 4), bound + gap);
  }

  widget.show({ traits: ["mean", "width", "axis"], picture: box, draw, say });
  return widget.end;
}

export default { render };
