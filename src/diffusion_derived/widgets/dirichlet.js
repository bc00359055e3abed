// The density of a Dirichlet posterior on the triangle of three-sided dice.
import {
  fixed, frame, html, largestRemainder, legend, line, logBeta, mark, numbers, onTheme, ownKeys,
  path, slider, svg, text, xlogy,
} from "./common.js";

// ---- mathematics ----

export const posterior = (counts, concentration) => counts.map((count) => count + concentration);

// log density of Dirichlet(alpha) at theta, with respect to area in two of the three coordinates.
export const logDensity = (theta, alpha) =>
  theta.reduce((sum, part, i) => sum + xlogy(alpha[i] - 1, part), 0) - logBeta(...alpha);

export const mean = (alpha) => {
  const total = alpha.reduce((sum, each) => sum + each, 0);
  return alpha.map((each) => each / total);
};

// The mean as fractions in lowest terms; parameters are multiples of one half.
export function fractions(alpha) {
  const doubled = alpha.map((each) => Math.round(2 * each));
  const total = doubled.reduce((sum, each) => sum + each, 0);
  const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));
  const common = doubled.reduce(divisor, total);
  return doubled.map((each) => `${each / common}/${total / common}`);
}

// A point of the open triangle in whole thousandths, so that what is shown is what is computed.
export function snap(theta) {
  const inside = theta.map((part) => Math.max(part, 0));
  const total = inside.reduce((sum, part) => sum + part, 0);
  const counts = largestRemainder(inside.map((part) => (1000 * part) / total), 1000);
  const raised = counts.map((count) => Math.max(count, 1));
  const added = raised.filter((count, i) => count > counts[i]).length;
  raised[counts.indexOf(Math.max(...counts))] -= added;
  return raised.map((count) => count / 1000);
}

// One step from a point, shortened where it would leave the triangle.
export function move(theta, step) {
  const room = theta.map((part, i) => (step[i] < 0 ? (part - 0.001) / -step[i] : 1));
  const share = Math.max(0, Math.min(1, ...room));
  return snap(theta.map((part, i) => part + share * step[i]));
}

// Where the density is highest, or null if it has no highest point or is flat.
export function peak(alpha) {
  const surplus = alpha.map((each) => each - 1);
  const total = surplus.reduce((sum, each) => sum + each, 0);
  if (total === 0 || surplus.some((each) => each < 0)) return null;
  return surplus.map((each) => each / total);
}

// ---- the triangle: face 1 at the left, face 2 at the right, face 3 on top ----

const EDGE = 26;
const TOP = 22;
const RISE = Math.sqrt(3) / 2;

function layout(width) {
  const side = Math.min(340, width - 2 * EDGE);
  const left = (width - side) / 2;
  const base = TOP + RISE * side;
  return {
    side, left, base, top: TOP, height: base + 26,
    place: ([, right, top]) => [left + side * (right + top / 2), base - RISE * side * top],
    read: (x, y) => {
      const top = (base - y) / (RISE * side);
      const right = (x - left) / side - top / 2;
      return [1 - right - top, right, top];
    },
  };
}

// Pixels of a canvas that lie inside, and the logarithms of their coordinates, once for all draws.
const PIXELS = 360;
const LINES = Math.round(PIXELS * RISE);
const EDGE_BAND = 0.02;
const UNIFORM = 2;

function raster() {
  const places = [];
  const logs = [];
  const central = [];
  for (let row = 0; row < LINES; row += 1)
    for (let column = 0; column < PIXELS; column += 1) {
      const top = (LINES - row - 0.5) / LINES;
      const right = (column + 0.5) / PIXELS - top / 2;
      const left = 1 - right - top;
      if (Math.min(left, right) <= 0) continue;
      if (Math.min(left, right, top) >= EDGE_BAND) central.push(places.length);
      places.push(row * PIXELS + column);
      logs.push(Math.log(left), Math.log(right), Math.log(top));
    }
  const values = new Float64Array(places.length);
  return { places: Int32Array.from(places), logs: Float64Array.from(logs), central, values };
}

function evaluate({ logs, values }, alpha) {
  const [a, b, c] = alpha.map((each) => each - 1);
  const constant = logBeta(...alpha);
  for (let i = 0; i < values.length; i += 1)
    values[i] = Math.exp(a * logs[3 * i] + b * logs[3 * i + 1] + c * logs[3 * i + 2] - constant);
}

// The density that gets the full colour: the peak, or the highest value away from the edges. A flat
// density stays pale.
function fullColour({ central, values }, alpha) {
  const highest = peak(alpha);
  if (highest) return Math.max(4 * UNIFORM, Math.exp(logDensity(highest, alpha)));
  return central.reduce((most, i) => Math.max(most, values[i]), 4 * UNIFORM);
}

function shade(canvas, pixels, alpha, [red, green, blue]) {
  const { places, values } = pixels;
  evaluate(pixels, alpha);
  const full = fullColour(pixels, alpha);
  const context = canvas.getContext("2d");
  const image = context.createImageData(PIXELS, LINES);
  for (let i = 0; i < places.length; i += 1) {
    const at = 4 * places[i];
    image.data[at] = red;
    image.data[at + 1] = green;
    image.data[at + 2] = blue;
    image.data[at + 3] = 235 * Math.min(1, values[i] / full);
  }
  context.putImageData(image, 0, 0);
  return full;
}

const roleColour = (root) => {
  const hex = getComputedStyle(root).getPropertyValue("--c-posterior").trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
};

// ---- marks on the triangle ----

const circle = (cx, cy, r, attributes) => mark("circle", { cx, cy, r, ...attributes });
const ring = (x, y) => circle(x, y, 4.5, { class: "wg-ring", "data-role": "prior" });
const cross = (x, y) =>
  path(`M${x - 4.5},${y - 4.5}l9,9m0,-9l-9,9`, { class: "wg-cross", "data-role": "likelihood" });
const blob = (x, y) =>
  circle(x, y, 5, { class: "wg-dot", "data-role": "posterior", style: "stroke: var(--ink)" });
const target = (x, y) =>
  circle(x, y, 8, { class: "wg-target" })
  + path(`M${x - 13},${y}h8m10,0h8M${x},${y - 13}v8m0,10v8`, { class: "wg-target" });

const CORNERS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

function grid(at) {
  const between = (from, to) => line(...at.place(from), ...at.place(to), { class: "wg-hair" });
  return [0.25, 0.5, 0.75].map((s) =>
    between([s, 1 - s, 0], [s, 0, 1 - s])
    + between([1 - s, s, 0], [0, s, 1 - s])
    + between([1 - s, 0, s], [0, 1 - s, s])).join("");
}

function outline(at) {
  const corners = CORNERS.map((corner) => at.place(corner));
  return path(`M${corners.join("L")}Z`, { class: "wg-outline" })
    + text(at.left, at.base + 20, "face 1", { class: "wg-tick", "text-anchor": "start" })
    + text(at.left + at.side, at.base + 20, "face 2", { class: "wg-tick", "text-anchor": "end" })
    + text(corners[2][0], at.top - 8, "face 3", { class: "wg-tick", "text-anchor": "middle" });
}

// ---- the probe: a point moved by mouse, touch or arrow keys ----

const STEPS = {
  ArrowLeft: [1, -1, 0],
  ArrowRight: [-1, 1, 0],
  ArrowUp: [-0.5, -0.5, 1],
  ArrowDown: [0.5, 0.5, -1],
};

function probePad(model, readPoint) {
  const pad = html("div", {
    class: "wg-pad", tabindex: "0", role: "application", "data-key": "probe",
    ...ownKeys,
    "aria-label": "Point in the triangle. Arrow keys move it, with Shift by ten steps.",
  });
  const put = (theta) => {
    model.set("probe", theta);
    model.save_changes();
  };
  const follow = (event) => put(snap(readPoint(event)));
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    follow(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) follow(event);
  });
  pad.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.1 : 0.01;
    put(move(model.get("probe"), step.map((part) => size * part)));
  });
  return pad;
}

// ---- the widget ----

const triple = (parts) => parts.map((part) => fixed(part)).join(", ");

function render({ model, el }) {
  const title = "Dirichlet triangle: posterior of a three-sided die";
  const widget = frame({ model, el, name: "dirichlet", title });
  const pixels = raster();
  const canvas = html("canvas", { width: PIXELS, height: LINES, "aria-hidden": "true" });
  const drawing = svg("svg", { role: "img" });
  let at = layout(380);
  const pad = probePad(model, (event) => {
    const frameBox = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / frameBox.width;
    return at.read((event.clientX - frameBox.left) * scale, (event.clientY - frameBox.top) * scale);
  });
  const box = html("div", { class: "wg-picture" }, canvas, drawing, pad);
  const shares = numbers([
    { name: "posterior", label: "posterior", role: "posterior" },
    { name: "mean", label: "mean", role: "posterior" },
    { name: "predictive", label: "next throw: face 1, 2, 3", role: "posterior" },
    { name: "probe", label: "your point θ" },
    { name: "log-density", label: "log density there, in nats" },
  ]);
  const key = legend([
    ["prior", "prior mean", ring(6, 6)],
    ["likelihood", "throws alone", cross(6, 6)],
    ["posterior", "posterior mean", blob(6, 6)],
  ], 12);
  const note = html("p", { class: "wg-note" });
  widget.plot.append(key, html("div", { class: "wg-beside" }, box, shares.list), note);

  [0, 1, 2].forEach((face) => slider(widget, model, {
    key: `counts-${face + 1}`, trait: "counts", label: `face ${face + 1} thrown`,
    role: "likelihood", min: 0, max: 50, step: 1,
    get: (counts) => counts[face],
    set: (value) => model.get("counts").with(face, value),
  }));
  slider(widget, model, {
    key: "concentration", label: "prior, each face", role: "prior", min: 0.5, max: 20, step: 0.5,
  });

  const say = () => {
    const alpha = posterior(model.get("counts"), model.get("concentration"));
    const theta = model.get("probe");
    return `Posterior Dirichlet(${alpha.join(", ")}), mean ${triple(mean(alpha))}. `
      + `At ${triple(theta)} the log density is ${fixed(logDensity(theta, alpha), 2)}.`;
  };

  function draw(width) {
    const counts = model.get("counts");
    const alpha = posterior(counts, model.get("concentration"));
    const theta = model.get("probe");
    const thrown = counts.reduce((sum, count) => sum + count, 0);
    at = layout(width);

    const full = shade(canvas, pixels, alpha, roleColour(widget.root));
    const share = (part, whole) => `${(100 * part) / whole}%`;
    for (const node of [canvas, pad]) {
      node.style.left = share(at.left, width);
      node.style.width = share(at.side, width);
      node.style.top = share(at.top, at.height);
      node.style.height = share(at.base - at.top, at.height);
    }
    drawing.setAttribute("viewBox", `0 0 ${width} ${at.height}`);
    drawing.innerHTML = grid(at) + outline(at) + ring(...at.place([1 / 3, 1 / 3, 1 / 3]))
      + (thrown ? cross(...at.place(counts.map((count) => count / thrown))) : "")
      + blob(...at.place(mean(alpha))) + target(...at.place(theta));
    drawing.setAttribute("aria-label", `Density on the triangle of three probabilities. ${say()}`);
    const cut = peak(alpha) === null && alpha.some((each) => each < 1);
    note.textContent = `Full colour is a density of ${fixed(full, 1)}`
      + (cut ? " or more: this density has no highest point." : ".");

    const value = logDensity(theta, alpha);
    shares.show("posterior", `Dirichlet(${alpha.join(", ")})`, alpha);
    shares.show("mean", triple(mean(alpha)), mean(alpha));
    shares.show("predictive", fractions(alpha).join(", "), mean(alpha));
    shares.show("probe", triple(theta), theta);
    shares.show("log-density", fixed(value), value);
  }

  const redraw = widget.show({
    traits: ["counts", "concentration", "probe"], picture: box, draw, say,
  });
  widget.ending(onTheme(redraw));
  return widget.end;
}

export default { render };
