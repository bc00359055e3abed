// What every widget of the book shares: page elements, controls, numbers, and special functions.

// ---- page elements ----

const withAttributes = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

export const html = (tag, attributes = {}, ...children) => {
  const node = withAttributes(document.createElement(tag), attributes);
  node.append(...children);
  return node;
};

export const svg = (tag, attributes = {}) =>
  withAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);

// Marks of a picture, as text for one innerHTML a redraw. Only numbers and our own words go in.
const attributeText = (attributes) =>
  Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join("");
export const mark = (tag, attributes, content = "") =>
  `<${tag}${attributeText(attributes)}>${content}</${tag}>`;
export const line = (x1, y1, x2, y2, attributes) => mark("line", { x1, y1, x2, y2, ...attributes });
export const text = (x, y, content, attributes) => mark("text", { x, y, ...attributes }, content);
export const path = (d, attributes) => mark("path", { d, ...attributes });

// ---- the frame of a widget ----

// A piece of a line for a legend.
export const SAMPLE = '<line class="wg-line" x1="1" x2="27" y1="6" y2="6"/>';

// A drawing in its box, and a name for what is cut off.
export function stage() {
  const drawing = svg("svg", { role: "img" });
  const clip = `wg-clip-${Math.random().toString(36).slice(2)}`;
  return { drawing, clip, box: html("div", { class: "wg-picture" }, drawing) };
}

// Question above, picture on the left, controls in the margin. `draw(width)` runs on every change
// of a watched trait and when the width changes; `say()` is what a screen reader hears afterwards.
export function frame({ model, el, name, title }) {
  const plot = html("div", { class: "wg-plot" });
  const controls = html("div", { class: "wg-controls" });
  const spoken = html("p", { class: "wg-spoken", "aria-live": "polite" });
  const root = html("div", {
    class: "wg", role: "group", "aria-label": title, "data-widget": name,
  });
  const question = html("p", { class: "wg-question" });
  root.append(question, plot, controls, spoken);
  el.classList.add("wg-host");
  el.append(root);

  const endings = [];
  const watch = (trait, react) => {
    model.on(`change:${trait}`, react);
    endings.push(() => model.off(`change:${trait}`, react));
  };
  const ask = () => {
    question.textContent = model.get("question");
    question.hidden = question.textContent === "";
  };
  watch("question", ask);
  ask();

  const show = ({ traits, picture, draw, say }) => {
    let timer, width;
    const redraw = () => draw(width);
    const measure = () => {
      const now = picture.clientWidth || 380;
      if (now !== width) draw((width = now));
    };
    const change = () => {
      redraw();
      clearTimeout(timer);
      timer = setTimeout(() => { spoken.textContent = say(); }, 700);
    };
    traits.forEach((trait) => watch(trait, change));
    const sizes = new ResizeObserver(measure);
    sizes.observe(picture);
    measure();
    endings.push(() => { sizes.disconnect(); clearTimeout(timer); });
    return redraw;
  };
  const end = () => endings.forEach((stop) => stop());
  return { root, plot, controls, watch, show, end, ending: (stop) => endings.push(stop) };
}

// A theme switch that changes no size: pictures on a canvas must be drawn again.
export function onTheme(react) {
  const observer = new MutationObserver(react);
  const attributeFilter = ["data-theme", "data-jp-theme-light", "theme", "class"];
  for (const node of [document.documentElement, document.body])
    observer.observe(node, { attributes: true, attributeFilter });
  return () => observer.disconnect();
}

// ---- controls ----

export const assign = (model, trait, value) => {
  model.set(trait, value);
  model.save_changes();
};

// JupyterLab leaves the keyboard to an element that carries this attribute.
export const ownKeys = { "data-lm-suppress-shortcuts": "true" };

// A native range in a label. `get` and `set` translate between the trait and the slider's units.
export function slider(widget, model, options) {
  const { key, label, min, max, step, role = "", trait = key, show = String } = options;
  const { get = (value) => value, set = (value) => value } = options;
  const input = html("input", { type: "range", min, max, step, "data-key": key, ...ownKeys });
  const output = html("output", { "aria-hidden": "true" });
  const row = html("label", { class: "wg-slider", "data-role": role });
  row.append(html("span", { class: "wg-name" }, ...[label].flat()), output, input);
  const follow = () => {
    const value = get(model.get(trait));
    if (Number(input.value) !== value) input.value = value;
    output.textContent = show(value);
    input.setAttribute("aria-valuetext", show(value));
    input.style.setProperty("--share", `${(100 * (value - min)) / (max - min)}%`);
  };
  input.addEventListener("input", () => assign(model, trait, set(Number(input.value))));
  widget.watch(trait, follow);
  follow();
  widget.controls.append(row);
}

// Units of a slider whose equal steps are equal factors. Values are rounded to `digits` significant
// digits, so that what is shown is what is computed.
export function logarithmic(low, high, { step = 0.05, base = 10, digits = 2 } = {}) {
  const power = (value) => Number((Math.log(value) / Math.log(base)).toFixed(9));
  const set = (value) => Number((base ** value).toPrecision(digits));
  const value = (at) => base ** at;
  return { min: power(low), max: power(high), step, get: power, set, value };
}

// Native radio buttons, one for each [value, label]; a trait of numbers keeps its numbers.
export function choice(widget, model, { key, label, options }) {
  const group = html("fieldset", { class: "wg-choice" }, html("legend", {}, label));
  const name = `wg-${key}-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(([value, words]) => {
    const input = html("input", { type: "radio", name, value, "data-key": key, ...ownKeys });
    input.addEventListener("change", () => assign(model, key, value));
    group.append(html("label", {}, input, html("span", {}, words)));
    return input;
  });
  const follow = () =>
    inputs.forEach((input) => { input.checked = input.value === String(model.get(key)); });
  widget.watch(key, follow);
  follow();
  widget.controls.append(group);
}

// Buttons in one row, from [key, label, action]. `mute(key, true)` says that one is of no use now.
export function buttons(widget, entries) {
  const row = html("div", { class: "wg-buttons" });
  const found = {};
  for (const [key, label, act] of entries) {
    found[key] = html("button", { type: "button", "data-key": key, ...ownKeys }, label);
    found[key].addEventListener("click", act);
    row.append(found[key]);
  }
  widget.controls.append(row);
  return { nodes: found, mute: (key, muted) => found[key].setAttribute("aria-disabled", muted) };
}

// ---- numbers and keys ----

// A list of named numbers. `show(name, text, value)` writes one; data-value keeps all its digits.
export function numbers(entries, className = "") {
  const list = html("dl", { class: `wg-numbers ${className}`.trim() });
  const cells = {};
  for (const { name, label, role = "", sample = "" } of entries) {
    const term = html("dt", {}, label);
    if (sample) term.insertAdjacentHTML("afterbegin", sample);
    const value = html("dd", { "data-number": name });
    cells[name] = { term, value };
    list.append(html("div", { "data-role": role }, term, value));
  }
  const show = (name, words, value, label) => {
    cells[name].value.textContent = words;
    cells[name].value.setAttribute("data-value", value ?? "");
    if (label) cells[name].term.lastChild.textContent = label;
  };
  return { list, show };
}

// A row of samples with their names: [role, words, drawing in a box 12 high].
export function legend(entries, width = 28) {
  const row = html("p", { class: "wg-key" });
  for (const [role, words, drawing] of entries) {
    const entry = html("span", { "data-role": role }, words);
    entry.insertAdjacentHTML("afterbegin", swatch(drawing, width));
    row.append(entry, " ");
  }
  return row;
}
export const swatch = (drawing, width) => {
  const size = { width, height: 12, viewBox: `0 0 ${width} 12` };
  return mark("svg", { class: "wg-swatch", ...size, "aria-hidden": "true" }, drawing);
};

// ---- words for numbers ----

const MINUS = "\u2212";
const signed = (words) => words.replace("-", MINUS);

export const fixed = (value, digits = 3) =>
  signed(value.toFixed(digits)).replace(/^\u2212(0(\.0*)?)$/, "$1");

// Three significant digits; powers of ten in words a reader can say.
export function significant(value) {
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [digits, power] = value.toExponential(1).split("e");
    return signed(`${digits} × 10^${Number(power)}`);
  }
  return signed(String(Number(value.toPrecision(3))));
}

// A probability in per cent: as many digits as its distance from 0 and from 1 needs.
export function percent(share) {
  const edge = 100 * Math.min(share, 1 - share);
  if (edge <= 0) return `${100 * share} %`;
  if (edge < 1e-4) return share < 0.5 ? "below 0.0001 %" : "above 99.9999 %";
  const digits = Math.max(1, 1 - Math.floor(Math.log10(edge)));
  return `${Number((100 * share).toFixed(digits))} %`;
}

export const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

// ---- mathematics ----

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

// log Γ(z) for z > 0, by Lanczos' series.
export function lgamma(z) {
  if (z < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * z)) - lgamma(1 - z);
  const series = LANCZOS.reduce((sum, c, i) => (i === 0 ? c : sum + c / (z - 1 + i)), 0);
  const shifted = z + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(shifted) - shifted + Math.log(series);
}

// log of the Beta function of any number of arguments: Σ log Γ(a_i) − log Γ(Σ a_i).
export const logBeta = (...a) =>
  a.reduce((sum, each) => sum + lgamma(each), 0) - lgamma(a.reduce((sum, each) => sum + each, 0));

// x log y with 0 log 0 = 0.
export const xlogy = (x, y) => (x === 0 ? 0 : x * Math.log(y));

// Whole numbers with a given sum, nearest to the quotas: the largest remainders get what is left.
export function largestRemainder(quotas, total) {
  const counts = quotas.map((quota) => Math.floor(quota));
  const left = total - counts.reduce((sum, count) => sum + count, 0);
  quotas
    .map((quota, i) => [quota - counts[i], i])
    .sort(([a, i], [b, j]) => (Math.abs(a - b) > 1e-9 ? b - a : i - j))
    .slice(0, left)
    .forEach(([, i]) => { counts[i] += 1; });
  return counts;
}

// Arrays travel as bytes; they arrive as a DataView into a larger buffer.
export const float32 = (view) =>
  new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
