// A grid pushed through a flow in the plane, layer by layer, with log |det| at a place that moves.
import {
  assign, choice, fixed, float32, frame, html, legend, mark, numbers, path, slider, stage, text,
} from "./common.js";
import { field } from "./field.js";
import { layers, step, stepBack, way } from "./flow.js";
import { plane } from "./plot.js";

const REACH = 2.1;
const CELLS = 16;
const SIDE = 6;
const DRAWS = 150;
const EDGE = 1e-4;
const NUDGE = 0.05;

// ---- what is pushed: outlines of cells, and draws spread evenly over the base ----

// The outline of a cell of the unit square, then its middle.
function outline(column, row) {
  const side = Array.from({ length: SIDE }, (_, i) => i / SIDE);
  const around = [
    ...side.map((s) => [s, 0]), ...side.map((s) => [1, s]),
    ...side.map((s) => [1 - s, 1]), ...side.map((s) => [0, 1 - s]), [0.5, 0.5],
  ];
  return around.map(([u, v]) => [(column + u) / CELLS, (row + v) / CELLS]);
}

const CORNERS = Array.from({ length: CELLS ** 2 }, (_, i) => [i % CELLS, Math.floor(i / CELLS)]);
const open = ([u, v]) => [u, v].map((x) => Math.min(1 - EDGE, Math.max(EDGE, x)));
const wide = ([u, v]) => [REACH * (2 * u - 1), REACH * (2 * v - 1)];

// The places of a sequence that fills the square evenly (Roberts' R2).
const draws = Array.from({ length: DRAWS }, (_, i) =>
  [0.7548776662466927, 0.5698402909980532].map((step) => (0.5 + step * (i + 1)) % 1));

// Every cell at every stage: the way of each of its points, the middle last.
export function cellsOf(w, scale, grid) {
  const last = layers(w);
  const start = grid === "data" ? wide : open;
  return CORNERS.map(([column, row]) =>
    outline(column, row).map((p) => way(w, scale, start(p), grid === "data" ? 0 : last)));
}

export const drawsOf = (w, scale) => draws.map((p) => way(w, scale, p, layers(w)));

// Probability an area at a stage of a way: what the layers that are left will still do.
export const density = (stages, at) => Math.exp(stages.at(-1).log - stages[at].log);

// ---- the picture ----

function sheet(width, at) {
  const side = Math.min(430, width - 4);
  const left = (width - side) / 2;
  const ends = at === 0 ? [-REACH, REACH] : [0, 1];
  return plane({ left, right: left + side, top: 4, base: side + 4, x: ends, y: ends });
}

const px = (value) => value.toFixed(1);
const polygon = (at, places) =>
  `${places.map(([x, y], i) => `${i ? "L" : "M"}${px(at.x(x))},${px(at.y(y))}`).join("")}Z`;

function drawCell(at, points, done) {
  const p = density(points.at(-1), done);
  return path(polygon(at, points.slice(0, -1).map((stages) => stages[done].at)), {
    class: "wg-cell", "fill-opacity": (0.75 * p / (1 + p)).toFixed(2),
  });
}

function target(x, y) {
  return mark("circle", { cx: x, cy: y, r: 9, class: "wg-target" })
    + path(`M${x - 15},${y}h9m12,0h9M${x},${y - 15}v9m0,12v9`, { class: "wg-target" });
}

// ---- words ----

const pair = (place, digits = 2) => `(${place.map((v) => fixed(v, digits)).join(", ")})`;
const stageName = (done, last) => {
  if (done === 0) return "the data";
  return done === last ? "the base: a uniform square" : `after layer ${done} of ${last}`;
};

function sentence(stages, done) {
  const last = stages.length - 1;
  if (done === 0)
    return "No layer has been applied yet. Move on, and watch the cells around the dots.";
  const own = stages[done].log - stages[done - 1].log;
  const what = done === 1
    ? "a sigmoid brings the whole plane into the unit square"
    : `coordinate ${1 + ((done - 2) % 2)} passes, the other moves along a spline`;
  const change = own > 0.005 ? "stretched" : own < -0.005 ? "shrunk" : "left as it was";
  const factor = Math.exp(own);
  return `Layer ${done}: ${what}. Here area is ${change}, by a factor of ${fixed(factor, 2)}.`
    + (done === last ? " All of log p(x) is now the sum of the layers." : "");
}

// ---- the widget ----

const share = (part, whole) => `${(100 * part) / whole}%`;
const inside = (value) => Math.min(REACH, Math.max(-REACH, Math.round(1000 * value) / 1000));

function render({ model, el }) {
  const title = "Flow grid: a grid pushed through a flow, layer by layer";
  const widget = frame({ model, el, name: "flow-grid", title });
  const { box, drawing, clip } = stage();
  const weights = () => float32(model.get("weights"));
  let [w, scale, kept, at] = [weights(), model.get("scale"), {}];

  const put = (place) => assign(model, "place", place.map(inside));
  const here = () => way(w, scale, model.get("place"));
  const toData = (place) => {
    let back = place;
    for (let layer = model.get("layers") - 1; layer >= 0; layer -= 1)
      back = stepBack(w, scale, layer, back).at;
    return back;
  };
  const room = (value) => (model.get("layers") ? Math.min(1 - EDGE, Math.max(EDGE, value)) : value);
  const move = (place) => put(toData(place.map(room)));
  // A finger far from the mark scrolls the page.
  const pad = field({
    key: "place", label: "Place",
    drawing,
    grab: ([x, y]) => {
      const now = here()[model.get("layers")].at;
      return Math.hypot(at.x(now[0]) - x, at.y(now[1]) - y) < 24;
    },
    drag: ([x, y]) => move([at.readX(x), at.readY(y)]),
    nudge: (dx, dy) => {
      const [x, y] = here()[model.get("layers")].at;
      const size = model.get("layers") ? NUDGE / (2 * REACH) : NUDGE;
      move([x + size * dx, y + size * dy]);
    },
  });
  pad.addEventListener("click", (event) => {
    const { left, top, width } = drawing.getBoundingClientRect();
    const zoom = drawing.viewBox.baseVal.width / width;
    move([at.readX((event.clientX - left) * zoom), at.readY((event.clientY - top) * zoom)]);
  });
  box.append(pad);

  const words = html("p", { class: "wg-words" });
  const values = numbers([
    { name: "x", label: "place in the data, x", role: "data" },
    { name: "y", label: "place now", role: "data" },
    { name: "own", label: "this layer’s log |det|" },
    { name: "so-far", label: "log |det| so far" },
    { name: "rest", label: "of the layers left" },
    { name: "log-p", label: "log p(x), their sum", role: "p" },
  ]);
  const key = legend([
    ["p", "more colour: more probability an area",
      mark("rect", { width: 12, height: 12, class: "wg-cell", "fill-opacity": 0.6 })],
    ["data", `${DRAWS} draws`, mark("circle", { cx: 6, cy: 6, r: 2.5, class: "wg-solid" })],
  ], 12);
  widget.plot.append(key, box, words, values.list);

  const last = () => layers(w);
  slider(widget, model, {
    key: "layers", label: "layers done", role: "p", min: 0, max: last(), step: 1,
  });
  choice(widget, model, {
    key: "grid", label: "Cells of",
    options: [["data", "equal size in the data"], ["base", "equal probability"]],
  });

  function pushed(grid) {
    kept[grid] ??= cellsOf(w, scale, grid);
    kept.draws ??= drawsOf(w, scale);
    return kept[grid];
  }

  function draw(width) {
    const [done, grid] = [model.get("layers"), model.get("grid")];
    const [cells, stages] = [pushed(grid), here()];
    at = sheet(width, done);
    const size = { x: at.left, y: at.top, width: at.right - at.left, height: at.base - at.top };
    const dots = kept.draws.map((one) => one[done].at).map(([x, y]) =>
      mark("circle", {
        cx: px(at.x(x)), cy: px(at.y(y)), r: 2, class: "wg-solid", "data-role": "data",
      }));
    const now = stages[done].at;
    const [x, y] = [at.x(now[0]), at.y(now[1])];
    const name = stageName(done, last());
    drawing.setAttribute("viewBox", `0 0 ${width} ${at.base + 28}`);
    drawing.innerHTML = (mark("clipPath", { id: "SHEET" }, mark("rect", size))
      + mark("g", { "clip-path": "url(#SHEET)" },
        cells.map((points) => drawCell(at, points, done)).join("") + dots.join(""))
      + mark("rect", { ...size, class: "wg-sheet" }) + target(x, y)
      + text((at.left + at.right) / 2, at.base + 21, name, {
        class: "wg-tick", "text-anchor": "middle",
      })
    ).replace(/SHEET/g, `${clip}$&`);
    const said = sentence(stages, done);
    drawing.setAttribute("aria-label", `A grid of ${CELLS} by ${CELLS} cells and ${DRAWS} draws, `
      + `${name}. ${said}`);
    Object.assign(pad.style, {
      left: share(at.left, width), width: share(size.width, width),
      top: share(at.top, at.base + 28), height: share(size.height, at.base + 28),
    });
    pad.setAttribute("aria-label", `Place ${pair(now)}, ${name}. `
      + "Arrow keys move it, with Shift by ten steps.");
    words.textContent = said;
    const [log, own] = [stages[done].log, done ? stages[done].log - stages[done - 1].log : 0];
    const total = stages.at(-1).log;
    values.show("x", pair(model.get("place")), model.get("place"));
    values.show("y", pair(now), now);
    values.show("own", done ? fixed(own) : "none yet", own);
    values.show("so-far", fixed(log), log);
    values.show("rest", fixed(total - log), total - log);
    values.show("log-p", fixed(total), total);
  }

  const TRAITS = ["layers", "grid", "place", "scale", "weights"];
  const fresh = () => { [w, scale, kept] = [weights(), model.get("scale"), {}]; };
  widget.watch("weights", fresh);
  widget.watch("scale", fresh);
  const say = () => {
    const stages = here();
    const done = model.get("layers");
    return `${sentence(stages, done)} Log det so far ${fixed(stages[done].log)}, `
      + `log p(x) ${fixed(stages.at(-1).log)}.`;
  };
  widget.show({ traits: TRAITS, picture: box, draw, say });
  return widget.end;
}

export default { render };
