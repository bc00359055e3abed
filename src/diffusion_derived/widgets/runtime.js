// A trained model in the page: ONNX Runtime Web and the model's graphs, loaded when asked, once.
import { buttons, html } from "./common.js";

// The book names the folder of its files in `files` (widgets-config.js). Where no page does, as in
// JupyterLab, the notebook's Python sends them. What one widget has loaded serves all of the page.
const page = (globalThis.diffusionDerived ??= {});
page.loads ??= new Map();
page.heard ??= new Set();

class Trouble extends Error {}

const PATIENCE = 20_000;
const RUNTIME = ["runtime/ort.mjs.gzip", "runtime/ort.wasm.gzip"];

// The promise of a load that everyone shares. One that failed may be tried again.
function once(name, load) {
  if (!page.loads.has(name)) {
    const promise = load();
    page.loads.set(name, promise);
    promise.catch(() => page.loads.delete(name));
  }
  return page.loads.get(name);
}

// Tell every widget that waits: what goes on, and how many bytes of how many are there, if known.
const tell = (words, bytes, total) => page.heard.forEach((hear) => hear(words, bytes, total));
const loading = (name, bytes, total) => tell(`Loading ${name}`, bytes, total);

// ---- where a file comes from ----

async function fetched(name) {
  let response;
  try {
    response = await fetch(page.files + name);
  } catch {
    throw new Trouble(`${name} could not be fetched: the server does not answer.`);
  }
  if (!response.ok)
    throw new Trouble(`${name} could not be fetched: the server answers ${response.status}.`);
  const total = Number(response.headers.get("content-length"));
  const parts = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Trouble(`${name} broke off on its way.`);
    });
    if (done) return new Blob(parts);
    parts.push(value);
    bytes += value.length;
    loading(name, bytes, total);
  }
}

// A page opened from a file may not fetch. Beside each file lies a script with its bytes as text.
const scripted = (name) => new Promise((resolve, reject) => {
  loading(name);
  const script = html("script", { src: `${page.files}${name}.js` });
  script.onload = () => {
    script.remove();
    const text = page.texts?.[name] ?? "";
    delete page.texts?.[name];
    try {
      resolve(new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]));
    } catch {
      reject(new Trouble(`${name} is damaged.`));
    }
  };
  script.onerror = () => {
    script.remove();
    reject(new Trouble(`${name} is missing from the book's folder.`));
  };
  document.head.append(script);
});

const sent = (name, model) => new Promise((resolve, reject) => {
  const id = Math.random();
  const parts = [];
  let [bytes, timer] = [0];
  const end = (finish, result) => {
    clearTimeout(timer);
    model.off("msg:custom", hear);
    finish(result);
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(end, PATIENCE, reject, new Trouble("The notebook's Python does not answer: "
      + "it is busy, or it does not run. Run the notebook's cell again."));
  };
  const hear = (message, buffers) => {
    if (message.id !== id) return;
    if (message.refused) {
      end(reject, new Trouble(message.refused));
      return;
    }
    parts.push(buffers[0]);
    bytes += buffers[0].byteLength;
    loading(name, bytes, message.bytes);
    if (bytes < message.bytes) wait();
    else end(resolve, new Blob(parts));
  };
  model.on("msg:custom", hear);
  loading(name);
  wait();
  model.send({ kind: "file", name, id });
});

function source() {
  if (!page.files) return sent;
  return page.files.startsWith("http") ? fetched : scripted;
}

// gzip's own checksum is the test of a whole file.
async function unpacked(name, model) {
  const packed = await source()(name, model);
  try {
    const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Trouble(`${name} is damaged.`);
  }
}

// ---- the runtime and a graph ----

// What a page's rules or an old browser may refuse is asked before anything is loaded.
const SMALLEST = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
function permitted() {
  try {
    new WebAssembly.Module(SMALLEST);
    new DecompressionStream("gzip");
  } catch {
    throw new Trouble("This browser, or the rules of this page, do not let WebAssembly run.");
  }
}

const runtime = (model) => once("runtime", async () => {
  permitted();
  const [script, wasm] = [await unpacked(RUNTIME[0], model), await unpacked(RUNTIME[1], model)];
  tell("Starting ONNX Runtime");
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const ort = await import(address);
  Object.assign(ort.env.wasm, { numThreads: 1, wasmBinary: wasm.buffer });
  ort.env.logLevel = "error";
  return ort;
});

const session = (name, model) => once(name, async () => {
  const ort = await runtime(model);
  const file = `models/${name}.onnx.gzip`;
  const graph = await unpacked(file, model);
  tell(`Reading ${name}`);
  try {
    return await ort.InferenceSession.create(graph);
  } catch (error) {
    page.loads.delete("runtime"); // a runtime that failed to start does not start again
    throw new Trouble(`ONNX Runtime could not start ${name}: ${error.message}`);
  }
});

const KINDS = new Map([
  [Float32Array, "float32"], [Int32Array, "int32"], [BigInt64Array, "int64"], [Uint8Array, "bool"],
]);

// Load the graphs of a model ("plane/decoder"). The result runs one of them on
// { input: [typed array, shape] } and gives { output: typed array }. Runs wait for each other.
export async function open(model, graphs, hear = () => {}) {
  page.heard.add(hear);
  try {
    const sessions = {};
    for (const name of graphs) sessions[name] = await session(name, model);
    const ort = await runtime(model);
    return (name, inputs) => {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([input, [data, shape]]) =>
        [input, new ort.Tensor(KINDS.get(data.constructor), data, shape)]));
      const run = async () => {
        const found = await sessions[name].run(feeds);
        return Object.fromEntries(Object.entries(found).map(([key, { data }]) => [key, data]));
      };
      const result = (page.last ?? Promise.resolve()).then(run);
      page.last = result.catch(() => {});
      return result;
    };
  } finally {
    page.heard.delete(hear);
  }
}

// One answer at a time: of the questions that come meanwhile, only the newest is answered.
export function newest(answer) {
  let [busy, next] = [false];
  return async (...question) => {
    next = question;
    if (busy) return;
    busy = true;
    try {
      while (next) {
        const now = next;
        next = undefined;
        await answer(...now);
      }
    } finally {
      busy = false;
    }
  };
}

// ---- what the reader sees of it ----

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const amount = (bytes, total) =>
  bytes === undefined ? "" : `${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ""} MB`;

// A button that loads `graphs`, and lines that say how far it is. `load()` does what the button
// does; `ready(run)` is called once. data-model on the root: waiting, loading, ready or failed.
export function onDemand(widget, model, { graphs, label, ready }) {
  const words = html("span", { role: "status" });
  const detail = html("span", { class: "wg-amount", "aria-hidden": "true" });
  const bar = html("progress", { "aria-label": "loaded" });
  const state = (name, said = "", bytes = undefined, total = undefined) => {
    widget.root.setAttribute("data-model", name);
    if (words.textContent !== said) words.textContent = said;
    detail.textContent = amount(bytes, total);
    bar.hidden = name !== "loading";
    if (total) Object.assign(bar, { max: total, value: bytes });
    else bar.removeAttribute("value");
  };
  const load = async () => {
    if (["loading", "ready"].includes(widget.root.getAttribute("data-model"))) return;
    row.mute("load", true);
    state("loading", "Loading");
    try {
      const run = await open(model, graphs, (...news) => state("loading", ...news));
      state("ready");
      row.nodes.load.textContent = "Loaded";
      ready(run);
    } catch (error) {
      row.mute("load", false);
      row.nodes.load.textContent = "Try again";
      const why = error instanceof Trouble ? error.message : `It failed: ${error.message}`;
      state("failed", `${why} What is stored in this page can still be looked at.`);
    }
  };
  const row = buttons(widget, [["load", label, load]]);
  widget.controls.append(html("p", { class: "wg-note wg-loading" }, words, " ", detail, bar));
  state("waiting");
  return { load };
}
