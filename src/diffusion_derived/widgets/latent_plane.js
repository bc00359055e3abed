// The latent plane of a trained VAE: move over it, and the decoder in this page draws the picture.
import {
  assign, choice, fixed, float32, frame, html, mark, numbers, path, slider, stage, svg, text,
} from "./common.js";
import { field } from "./field.js";
import { newest, onDemand } from "./runtime.js";

const REACH = 4;
const STEP = 0.05;
const SIDE = 8;
const PIXELS = SIDE * SIDE;
const LEVELS = 16;
const PITCH = 10;

// log density of the standard normal prior in two dimensions, in nats.
export const logPrior = ([x, y]) => -Math.log(2 * Math.PI) - (x * x + y * y) / 2;

// The stored pictures lie on a square lattice over the plane, row by row from above.
export function nearestStored([x, y], side) {
  const index = (value) => Math.round(((value + REACH) / (2 * REACH)) * (side - 1));
  const place = (at) => (2 * REACH * at) / (side - 1) - REACH;
  const [column, row] = [index(x), side - 1 - index(y)];
  return { index: row * side + column, place: [place(column), place(side - 1 - row)] };
}

// The test digit whose code is nearest to z: its label, and how far away it is.
export function nearestCode([x, y], codes, labels) {
  const away = labels.map((_, i) => Math.hypot(codes[2 * i] - x, codes[2 * i + 1] - y));
  const distance = Math.min(...away);
  return { label: labels[away.indexOf(distance)], distance };
}

// ---- pictures ----

// A square of the picture for [-REACH, REACH] in both latents.
function layout(width) {
  const [left, top, side] = [40, 12, Math.min(380, width - 52)];
  const unit = side / (2 * REACH);
  return {
    left, top, side, unit, base: top + side, height: top + side + 48,
    x: (value) => left + unit * (value + REACH),
    y: (value) => top + unit * (REACH - value),
    read: ([x, y]) => [(x - left) / unit - REACH, REACH - (y - top) / unit],
  };
}

// The prior's circles of one, two and three standard deviations, and the two axes.
function ground(at) {
  const rings = [1, 2, 3].map((radius) => mark("circle", {
    cx: at.x(0), cy: at.y(0), r: radius * at.unit, class: "wg-sheet",
  }));
  const words = [-4, -2, 0, 2, 4].map((value) =>
    text(at.x(value), at.base + 24, fixed(value, 0), { class: "wg-tick", "text-anchor": "middle" })
    + text(at.left - 14, at.y(value) + 5, fixed(value, 0), {
      class: "wg-tick", "text-anchor": "end",
    }));
  const name = text(at.x(0), at.base + 43, "z₁ across, z₂ up", {
    class: "wg-tick", "text-anchor": "middle",
  });
  const edge = { x: at.left, y: at.top, width: at.side, height: at.side, class: "wg-sheet" };
  return mark("rect", edge) + rings.join("") + words.join("") + name;
}

const numerals = (at, codes, labels) => mark("g", { class: "wg-codes" }, labels.map((label, i) =>
  text(at.x(codes[2 * i]).toFixed(1), (at.y(codes[2 * i + 1]) + 4).toFixed(1), label,
    { "data-class": label })).join(""));

// The stored pictures in one: a path for each shade, so that day and night need no second drawing.
function mosaic(at, shades) {
  const count = Math.sqrt(shades.length / PIXELS);
  const cell = at.side / (count - 1);
  const paths = Array.from({ length: LEVELS + 1 }, () => "");
  shades.forEach((shade, i) => {
    const [tile, pixel] = [Math.floor(i / PIXELS), i % PIXELS];
    const x = (tile % count) * PITCH + (pixel % SIDE);
    const y = Math.floor(tile / count) * PITCH + Math.floor(pixel / SIDE);
    paths[Math.round((LEVELS * shade) / 255)] += `M${x} ${y}h1v1h-1z`;
  });
  const start = (side) => side - (cell * SIDE) / PITCH / 2;
  const move = `translate(${start(at.left)},${start(at.top)}) scale(${cell / PITCH})`;
  return mark("g", { transform: move }, paths.slice(1).map((d, level) =>
    path(d, { class: "wg-ink", "fill-opacity": (level + 1) / LEVELS })).join(""));
}

// A picture of SIDE by SIDE pixels whose ink can be set.
function digit() {
  const size = 10 * SIDE + 2;
  const drawing = svg("svg", { role: "img", class: "wg-digit", viewBox: `0 0 ${size} ${size}` });
  drawing.innerHTML = mark("rect", { width: size, height: size, class: "wg-paper" })
    + Array.from({ length: PIXELS }, (_, i) => mark("rect", {
      x: 1 + 10 * (i % SIDE), y: 1 + 10 * Math.floor(i / SIDE), width: 10, height: 10,
      class: "wg-ink",
    })).join("");
  const pixels = [...drawing.querySelectorAll(".wg-ink")];
  const show = (levels, z, by) => {
    pixels.forEach((pixel, i) => pixel.setAttribute("fill-opacity", levels[i] / LEVELS));
    drawing.setAttribute("data-levels", [...levels].join(" "));
    drawing.setAttribute("data-at", z.join(","));
    drawing.setAttribute("data-by", by);
  };
  return { drawing, show };
}

// ---- the widget ----

const inside = (value) => Math.min(REACH, Math.max(-REACH, Math.round(100 * value) / 100));
const pair = (z) => `(${z.map((value) => fixed(value, 2)).join(", ")})`;

function render({ model, el }) {
  const title = "Latent plane: a decoder draws the picture of every place";
  const widget = frame({ model, el, name: "latent-plane", title });
  const { box, drawing } = stage();
  const [back, front] = [svg("g"), svg("g")];
  drawing.append(back, front);
  const shown = digit();
  const words = html("p", { class: "wg-note" });
  const values = numbers([
    { name: "z", label: "z₁, z₂", role: "latent" },
    { name: "log-prior", label: "log p(z)", role: "prior" },
    { name: "nearest", label: "nearest test digit", role: "data" },
  ]);
  const aside = html("div", { class: "wg-decoded" },
    html("div", {}, shown.drawing, words), values.list);
  widget.plot.append(html("div", { class: "wg-beside" }, box, aside));

  const codes = float32(model.get("_codes"));
  const bytes = (trait) => {
    const view = model.get(trait);
    return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
  };
  const [labels, shades] = [bytes("_labels"), bytes("_pictures")];
  const count = Math.sqrt(shades.length / PIXELS);

  let run;
  const fromStore = (z) => {
    const { index, place } = nearestStored(z, count);
    const levels = shades.slice(PIXELS * index, PIXELS * (index + 1)).map((s) => (LEVELS * s) / 255);
    shown.show(levels, place, "store");
    words.textContent = `Stored in this page, for ${pair(place)}.`;
  };
  const fromDecoder = newest(async (z) => {
    const { mean } = await run("plane/decoder", { z: [Float32Array.from(z), [1, 2]] });
    shown.show(mean, z, "decoder");
    words.textContent = "Drawn by the decoder.";
  });
  const decode = (z) => (run ? fromDecoder(z) : fromStore(z));
  const demand = onDemand(widget, model, {
    graphs: ["plane/decoder"],
    label: `Load the decoder (${fixed(model.get("_bytes") / 1e6, 1)} MB)`,
    ready: (loaded) => {
      run = loaded;
      decode(model.get("z"));
    },
  });
  ["z₁", "z₂"].forEach((label, axis) => slider(widget, model, {
    key: `z-${axis + 1}`, trait: "z", label, role: "latent", min: -REACH, max: REACH, step: STEP,
    get: (z) => z[axis], show: (value) => fixed(value, 2),
    set: (value) => {
      demand.load();
      return model.get("z").with(axis, value);
    },
  }));
  choice(widget, model, {
    key: "ground", label: "On the plane", options: [["codes", "test digits"], ["pictures", "pictures"]],
  });

  // A finger far from the mark scrolls the page, and a tap there moves the mark.
  let [at, finger] = [layout(380), false];
  const put = (z) => {
    demand.load();
    assign(model, "z", z.map(inside));
  };
  const pad = field({
    key: "z", label: "Place on the plane. Arrow keys move it, with Shift by ten steps.",
    drawing,
    grab: (place) => {
      const [u, v] = model.get("z");
      const held = !finger || Math.hypot(at.x(u) - place[0], at.y(v) - place[1]) <= 40;
      if (held) put(at.read(place));
      return held;
    },
    drag: (place) => put(at.read(place)),
    nudge: (dx, dy) => put([model.get("z")[0] + STEP * dx, model.get("z")[1] + STEP * dy]),
  });
  box.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; }, true);
  pad.addEventListener("click", ({ clientX, clientY }) => {
    const { left, top, width } = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / width;
    if (finger) put(at.read([(clientX - left) * scale, (clientY - top) * scale]));
  });
  box.append(pad);

  const say = () => {
    const z = model.get("z");
    const { label, distance } = nearestCode(z, codes, labels);
    return `At z = ${pair(z)} the log density of the prior is ${fixed(logPrior(z))}. The nearest `
      + `code of a test digit, ${fixed(distance, 2)} away, is that of a ${label}.`;
  };

  let drawnFor = "";
  function draw(width) {
    const [z, kind] = [model.get("z"), model.get("ground")];
    if (drawnFor !== `${width} ${kind}`) {
      drawnFor = `${width} ${kind}`;
      at = layout(width);
      drawing.setAttribute("viewBox", `0 0 ${width} ${at.height}`);
      back.innerHTML = kind === "codes"
        ? ground(at) + numerals(at, codes, labels) : mosaic(at, shades) + ground(at);
      Object.assign(pad.style, {
        left: 0, top: 0, width: "100%", height: `${(100 * at.base) / at.height}%`,
      });
    }
    const [x, y] = [at.x(z[0]), at.y(z[1])];
    front.innerHTML = mark("circle", { cx: x, cy: y, r: 10, class: "wg-halo" })
      + mark("circle", { cx: x, cy: y, r: 10, class: "wg-target" });
    const told = say();
    drawing.setAttribute("aria-label", kind === "codes"
      ? `The codes of ${labels.length} test digits as numerals on the plane. ${told}`
      : `Decoded pictures on a lattice over the plane. ${told}`);
    shown.drawing.setAttribute("aria-label", `The decoded picture at z = ${pair(z)}`);
    const { label, distance } = nearestCode(z, codes, labels);
    values.show("z", z.map((value) => fixed(value, 2)).join(", "), z.join(","));
    values.show("log-prior", `${fixed(logPrior(z))} nats`, logPrior(z));
    values.show("nearest", `a ${label}, ${fixed(distance, 2)} away`, label);
    decode(z);
  }

  widget.show({ traits: ["z", "ground"], picture: box, draw, say });
  return widget.end;
}

export default { render };
