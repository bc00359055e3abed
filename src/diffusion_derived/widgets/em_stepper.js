// EM by hand: two or three normal distributions in the plane, fitted to points that can be dragged.
import {
  assign, buttons, choice, fixed, frame, html, legend, mark, numbers, path, slider, stage, text,
} from "./common.js";
import { field } from "./field.js";
import { FLOOR, gap, history, principal } from "./mixture.js";
import { curve, plane, ticks, yGrid } from "./plot.js";

const WIDE = 10;
const HIGH = 6.4;
const MOST = 80;

// ---- the plane: one hue for all components, told apart by how full a disc is ----

const DOT = 7.5;
const LATENT = { "data-role": "latent" };
const FILLS = ["wg-solid", "", "wg-pale"];

const disc = (cx, cy, r, look, more = {}) => mark("circle", { cx, cy, r, class: look, ...more });

function wedge(x, y, from, to) {
  const at = (share) => {
    const angle = 2 * Math.PI * share;
    return `${(x + DOT * Math.sin(angle)).toFixed(2)},${(y - DOT * Math.cos(angle)).toFixed(2)}`;
  };
  const far = to - from > 0.5 ? 1 : 0;
  return `M${x},${y}L${at(from)}A${DOT},${DOT} 0 ${far} 1 ${at(to)}Z`;
}

function pie(x, y, shares) {
  let from = 0;
  let parts = "";
  shares.forEach((share, k) => {
    const look = FILLS[k];
    if (look && share > 0.999) parts += disc(x, y, DOT, look, LATENT);
    else if (look && share > 0.001)
      parts += path(wedge(x, y, from, from + share), { class: look, ...LATENT });
    from += share;
  });
  return disc(x, y, DOT, "wg-blank") + parts + disc(x, y, DOT, "wg-rim", LATENT);
}

function ellipse(at, { mean, cov }, reach, attributes) {
  const { large, small, angle } = principal(cov);
  const unit = reach * (at.x(1) - at.x(0));
  return mark("ellipse", {
    rx: unit * Math.sqrt(large), ry: unit * Math.sqrt(Math.max(small, 0)),
    transform: `translate(${at.x(mean[0])},${at.y(mean[1])}) rotate(${(-180 * angle) / Math.PI})`,
    ...attributes,
  });
}

const badge = (x, y, k) =>
  disc(x, y, 11, "wg-badge")
  + text(x, y + 5, k + 1, { class: "wg-label", ...LATENT, "text-anchor": "middle" });

function scene(width, points, { mixture, q }, chosen) {
  const base = 2 + ((width - 4) * HIGH) / WIDE;
  const at = plane({ left: 2, right: width - 2, top: 2, base, x: [0, WIDE], y: [0, HIGH] });
  const sheet = { x: 2, y: 2, width: width - 4, height: base - 2 };
  const rings = mixture.filter((part) => part.weight > 0).map((part) =>
    ellipse(at, part, 1, { class: "wg-halo" })
    + ellipse(at, part, 2, { class: "wg-line wg-thin", ...LATENT }));
  const pies = points.map(([x, y], i) => pie(at.x(x), at.y(y), q[i]));
  const badges = mixture.map(({ mean: [x, y] }, k) => badge(at.x(x), at.y(y), k));
  return {
    at,
    content: mark("clipPath", { id: "SHEET" }, mark("rect", sheet))
      + mark("rect", { ...sheet, class: "wg-sheet" })
      + mark("g", { "clip-path": "url(#SHEET)" }, rings.join("")) + pies.join("") + badges.join("")
      + disc(at.x(chosen[0]), at.y(chosen[1]), 14, "wg-target"),
  };
}

// ---- the last moves: log-likelihood and bound, at a scale that shows what the last one did ----

const SHOWN = 8;
const CURVES = [["log", "evidence", 5, "wg-ring"], ["bound", "q", 3, "wg-solid"]];

function letter(x, y, move) {
  const [words, anchor] = move === 0 ? ["start", "end"] : [move % 2 ? "E" : "M", "middle"];
  return text(x + (move === 0 ? 6 : 0), y, words, { class: "wg-tick", "text-anchor": anchor });
}

function chart(width, start, states) {
  const last = states.length - 1;
  const from = Math.max(0, last - SHOWN);
  const xs = states.slice(from).map((_, i) => from + i);
  const [low, high] = [Math.min(states.at(-2)?.bound ?? 0, states[last].bound), states[last].log];
  const room = Math.max(0.15 * (high - low), 0.005);
  const at = plane({
    left: 64, right: width - 112, top: start + 30, base: start + 140,
    x: [from, from + SHOWN], y: [low - room, high + room],
  });
  const window = mark("rect", {
    x: at.left - 7, y: at.top, width: at.right - at.left + 14, height: at.base - at.top,
  });
  const drawn = CURVES.map(([name, role, r, look]) => {
    const ys = xs.map((move) => states[move][name]);
    const dots = xs.map((move, i) => disc(at.x(move), at.y(ys[i]), r, look, { "data-role": role }));
    return path(curve(at, xs, ys), { class: "wg-line", "data-role": role }) + dots.join("");
  });
  const ends = [at.y(states[last].log), at.y(states[last].bound)];
  const apart = Math.max(0, 18 - (ends[1] - ends[0])) / 2;
  const name = (y, words, role) =>
    text(at.x(last) + 12, y + 5, words, { class: "wg-label", "data-role": role });
  const values = ticks(low - room, high + room, 4);
  const digits = Math.max(0, -Math.floor(Math.log10(values[1] - values[0]) + 1e-9));
  return {
    height: at.base + 30,
    content: mark("clipPath", { id: "CHART" }, window)
      + yGrid(at, values, (value) => fixed(value, digits))
      + mark("g", { "clip-path": "url(#CHART)" }, drawn.join(""))
      + xs.map((move) => letter(at.x(move), at.base + 20, move)).join("")
      + name(ends[0] - apart, "log-likelihood", "evidence") + name(ends[1] + apart, "bound", "q"),
  };
}

// ---- words ----

function held(mixture) {
  const names = mixture.flatMap((part, k) => (part.held ? [k + 1] : []));
  if (names.length === 0) return "";
  const [who, its] = names.length > 1
    ? [`Components ${names.join(" and ")} have`, "their"]
    : [`Component ${names[0]} has`, "its"];
  return `${who} shrunk onto a point or a line. Here ${its} width is held at ${FLOOR}; `
    + "without that floor the likelihood would grow without bound.";
}

function sentence(states) {
  const [before, now] = [states.at(-2), states.at(-1)];
  if (!before)
    return "At the start q gives each component the same share of every point. "
      + "Drag any point, or a component’s start.";
  if (states.length % 2 === 0)
    return "After E each share is the exact posterior: the bound touches the log-likelihood.";
  if (now.log - before.log < 5e-4)
    return "After M the log-likelihood is higher by less than 0.0005. "
      + "That it hardly rises does not say that it will not rise again.";
  return `After M the log-likelihood is ${fixed(now.log - before.log)} higher, and the bound lies `
    + `${fixed(now.log - now.bound)} below it: q is out of date.`;
}

function report(states) {
  const { log, bound, mixture } = states.at(-1);
  return `${sentence(states)} ${held(mixture)} `
    + `Log-likelihood ${fixed(log)}, bound ${fixed(bound)}.`;
}

const list = (values, digits) => values.map((value) => fixed(value, digits)).join(", ");

// ---- what can be moved: the points and, before the first move, the start of each component ----

const NEAR = 24;
const STEP = 0.1;
const inside = (value, most) => Math.min(most, Math.max(0, Math.round(100 * value) / 100));

function movable(model) {
  const start = model.get("start").slice(0, model.get("components"));
  return [...model.get("points"), ...(model.get("moves") === 0 ? start : [])];
}

function put(model, index, [x, y]) {
  const count = model.get("points").length;
  const [trait, at] = index < count ? ["points", index] : ["start", index - count];
  assign(model, trait, model.get(trait).with(at, [inside(x, WIDE), inside(y, HIGH)]));
}

// ---- the widget ----

const SAMPLES = [0, 1, 2].map((k) => {
  const content = pie(0, 0, [0, 1, 2].map((j) => Number(j === k)));
  return ["latent", `component ${k + 1}`, mark("g", { transform: "translate(6,6) scale(0.8)" }, content)];
});

function render({ model, el }) {
  const title = "EM stepper: a mixture fitted by turns of E and M";
  const widget = frame({ model, el, name: "em", title });
  const { box, drawing, clip } = stage();
  let [chosen, at, redraw] = [0];

  const places = () => movable(model);
  const choose = (index) => {
    chosen = (index + places().length) % places().length;
    redraw();
  };
  const pad = field({
    key: "points", label: "Points",
    drawing,
    grab: ([x, y]) => {
      const away = places().map(([u, v]) => Math.hypot(at.x(u) - x, at.y(v) - y));
      const nearest = Math.min(...away);
      if (nearest < NEAR) choose(away.indexOf(nearest));
      return nearest < NEAR;
    },
    drag: ([x, y]) => put(model, chosen, [at.readX(x), at.readY(y)]),
    nudge: (dx, dy) => {
      const [x, y] = places()[chosen];
      put(model, chosen, [x + STEP * dx, y + STEP * dy]);
    },
    other: (key) => {
      const by = { PageDown: 1, PageUp: -1 }[key];
      if (by) choose(chosen + by);
      return Boolean(by);
    },
  });
  box.append(pad);
  const words = html("p", { class: "wg-words" });
  const note = html("p", { class: "wg-note" });
  const values = numbers([
    { name: "log-likelihood", label: "log-likelihood", role: "evidence" },
    { name: "bound", label: "bound", role: "q" },
    { name: "gap", label: "gap, KL(q ‖ posterior)", role: "q" },
    { name: "weights", label: "weights", role: "latent" },
    { name: "chosen", label: "point" },
    { name: "shares", label: "its shares", role: "q" },
  ]);
  const key = legend(SAMPLES, 12);
  widget.plot.append(key, box, words, note, values.list);

  const moveBy = (by, rest) => () => {
    const moves = model.get("moves");
    const due = rest === undefined || moves % 2 === rest;
    if (due && moves + by >= 0 && moves + by <= MOST) assign(model, "moves", moves + by);
  };
  const row = buttons(widget, [
    ["e", "E step", moveBy(1, 0)], ["m", "M step", moveBy(1, 1)], ["back", "Back", moveBy(-1)],
  ]);
  const range = { min: 0, max: MOST, step: 1, role: "q" };
  slider(widget, model, { key: "moves", label: "moves so far", ...range });
  const options = [[2, "two"], [3, "three"]];
  choice(widget, model, { key: "components", label: "Components", options });

  const TRAITS = ["points", "start", "components", "moves"];
  const states = () => history(...TRAITS.map((trait) => model.get(trait)));

  function draw(width) {
    const [points, moves] = [model.get("points"), model.get("moves")];
    const all = states();
    const { mixture, q, log, bound } = all.at(-1);
    chosen = Math.min(chosen, places().length - 1);
    const place = places()[chosen];
    const own = chosen < points.length;
    const name = own ? `point ${chosen + 1}` : `start of component ${chosen - points.length + 1}`;

    const above = scene(width, points, all.at(-1), place);
    at = above.at;
    const below = chart(width, at.base, all);
    drawing.setAttribute("viewBox", `0 0 ${width} ${below.height}`);
    drawing.innerHTML = (above.content + below.content).replace(/SHEET|CHART/g, `${clip}$&`);
    drawing.setAttribute("aria-label", `${points.length} points, each a disc shared out among `
      + `${mixture.length} components, with ellipses two standard deviations wide. ${report(all)}`);
    const height = `${(100 * at.base) / below.height}%`;
    Object.assign(pad.style, { left: 0, top: 0, width: "100%", height });
    pad.setAttribute("aria-label", `Chosen: ${name} at ${list(place, 1)}. `
      + "Arrow keys move it, with Shift by ten steps; Page Up and Page Down choose another.");

    row.mute("e", moves % 2 === 1 || moves >= MOST);
    row.mute("m", moves % 2 === 0);
    row.mute("back", moves === 0);
    key.lastElementChild.hidden = mixture.length < 3;
    words.textContent = sentence(all);
    note.textContent = held(mixture);
    note.hidden = note.textContent === "";

    const between = gap(mixture, points, q);
    const weights = mixture.map((part) => part.weight);
    values.show("log-likelihood", fixed(log), log);
    values.show("bound", fixed(bound), bound);
    values.show("gap", fixed(between), between);
    values.show("weights", list(weights, 2), weights);
    values.show("chosen", list(place, 2), place, name);
    values.show("shares", own ? list(q[chosen], 2) : "none", own ? q[chosen] : "");
  }

  redraw = widget.show({ traits: TRAITS, picture: box, draw, say: () => report(states()) });
  return widget.end;
}

export default { render };
