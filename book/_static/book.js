// What the pages do beyond showing themselves. Without this file every line of a derivation is
// visible, the strip on the front page stands still, and nothing is lost.

// ---- derivations: step through line by line -----------------------------------------------------

function button(words) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  return made;
}

function addStepper(derivation) {
  const lines = [...derivation.querySelectorAll(".dv-line")];
  if (lines.length < 2) return;
  const last = lines.length - 1;
  const start = button("Step through");
  const back = button("Back");
  const next = button("Next line");
  const spoken = document.createElement("span");
  spoken.setAttribute("aria-live", "polite");
  const bar = document.createElement("div");
  bar.className = "dv-bar";
  bar.append(start, back, next, spoken);
  const legend = derivation.querySelector(".dv-legend");
  const foot = document.createElement("div");
  foot.className = "dv-foot";
  legend.replaceWith(foot);
  foot.append(bar, legend);

  const everything = -1;
  let line = everything;

  function show(number) {
    line = number;
    const stepping = line !== everything;
    derivation.classList.toggle("is-stepping", stepping);
    lines.forEach((each, index) => {
      each.classList.toggle("is-later", stepping && index > line);
      each.classList.toggle("is-now", stepping && index === line);
    });
    start.textContent = stepping ? "Show all" : "Step through";
    back.hidden = next.hidden = !stepping;
    back.disabled = line === 0;
    next.disabled = line === last;
    spoken.textContent = stepping ? `Line ${line + 1} of ${lines.length}` : "";
    if (document.activeElement?.disabled) start.focus();
  }

  const moves = {
    ArrowRight: () => Math.min(last, line + 1),
    ArrowLeft: () => Math.max(0, line - 1),
    Home: () => 0,
    End: () => last,
    Escape: () => everything,
  };
  start.onclick = () => {
    show(line === everything ? 0 : everything);
    if (line !== everything) next.focus();
  };
  back.onclick = () => show(moves.ArrowLeft());
  next.onclick = () => show(moves.ArrowRight());
  bar.addEventListener("keydown", (event) => {
    const stepping = line !== everything;
    if (!(event.key in moves) || (!stepping && event.key !== "ArrowRight")) return;
    event.preventDefault();
    show(moves[event.key]());
    if (line === everything || next.disabled) start.focus();
  });
  show(everything);
}

// ---- the strip: one drawing at many noise levels, the reader moves t ----------------------------

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function addStrip(panels) {
  const { size, levels, step, alphaBar } = JSON.parse(panels.dataset.strip);
  const drawing = bytes(panels.dataset.drawing); // 0 to 255
  const noise = new Int8Array(bytes(panels.dataset.noise).buffer); // in 32nds
  const canvases = levels.map(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    return canvas;
  });

  function draw(canvas, t) {
    const image = canvas.getContext("2d").createImageData(size, size);
    const signal = Math.sqrt(alphaBar[t / step]);
    const rest = Math.sqrt(1 - alphaBar[t / step]);
    for (let pixel = 0; pixel < size * size; pixel += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const place = 3 * pixel + channel;
        const clean = drawing[place] / 127.5 - 1;
        const value = signal * clean + rest * (noise[place] / 32);
        image.data[4 * pixel + channel] = (value + 1) * 127.5;
      }
      image.data[4 * pixel + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: levels[0], step, value: 0 });
  const value = document.createElement("output");
  const label = document.createElement("label");
  label.className = "strip-slider";
  const words = document.createElement("span");
  words.textContent = "least noise level shown, t";
  label.append(words, slider, value);

  function show(t) {
    canvases.forEach((canvas, index) => draw(canvas, Math.max(levels[index], t)));
    value.textContent = t;
  }
  slider.addEventListener("input", () => {
    playing = false;
    show(Number(slider.value));
  });

  const row = document.createElement("div");
  row.className = "strip-row";
  row.setAttribute("role", "img");
  row.setAttribute("aria-label", panels.querySelector("img").alt);
  row.append(...canvases);
  panels.replaceChildren(row, label);

  // It develops once, from noise to drawing, in less than five seconds; who wants no motion gets none.
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const duration = 4000;
  let began;
  function frame(now) {
    if (!playing) return;
    began ??= now;
    const share = Math.min(1, (now - began) / duration);
    slider.value = Math.round(((1 - share) * levels[0]) / step) * step;
    show(Number(slider.value));
    if (share < 1) requestAnimationFrame(frame);
  }
  addEventListener("beforeprint", () => {
    playing = false;
    slider.value = 0;
    show(0);
  });
  show(0);
  if (playing) requestAnimationFrame(frame);
}

// ---- the ledger's picture: the arcs of the row under the pointer or the focus -------------------

function addTracing(graph) {
  const arcs = [...graph.querySelectorAll(".lg-arc")];
  const trace = (row) => {
    arcs.forEach((arc) => {
      arc.classList.toggle("is-traced", Boolean(row) && arc.dataset.ends.split(" ").includes(row));
    });
  };
  graph.querySelectorAll("[data-row]").forEach((item) => {
    ["pointerenter", "focusin"].forEach((on) => {
      item.addEventListener(on, () => trace(item.dataset.row));
    });
    ["pointerleave", "focusout"].forEach((off) => item.addEventListener(off, () => trace(null)));
  });
}

// ---- paper: what is folded on the screen is open in print ---------------------------------------

function unfoldForPrint() {
  const folded = ".dv-not:not([open]), details.answer:not([open]), .sp-line:not([open])";
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(folded)];
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
}

// ---- for the keyboard and for screen readers ----------------------------------------------------

function nameByContent() {
  // The theme names these by something other than what they show (WCAG 2.5.3).
  document
    .querySelectorAll("details.hide > summary, .search-button-field")
    .forEach((each) => each.removeAttribute("aria-label"));
}

function reachOverflow() {
  // What scrolls sideways must be reachable by keyboard.
  const wide = ".dv-rhs, .dv-lhs, .dv-wrong, .dv-rests li, .sp-from, div.math, div.math mjx-container, "
    + ".lg-tex, .lg-table, .pst-scrollable-table-container, .cell_output pre";
  document.querySelectorAll(wide).forEach((each) => {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
  });
}

document.querySelectorAll(".dv").forEach(addStepper);
document.querySelectorAll("[data-strip]").forEach(addStrip);
document.querySelectorAll(".lg-graph").forEach(addTracing);
unfoldForPrint();
nameByContent();
document.addEventListener("toggle", reachOverflow, true);
addEventListener("load", () => {
  (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reachOverflow);
});
