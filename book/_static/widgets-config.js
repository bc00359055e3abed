// Loaded after require.js and before the widget manager. It resolves every widget module from this
// folder, so that pages work with no network, at any depth, over http and from a file.
(() => {
  const vendor = new URL("vendor/", document.currentScript.src).href;
  window.requirejs.config({
    paths: {
      anywidget: `${vendor}anywidget`,
      "@jupyter-widgets": `${vendor}html-manager`,
      "@jupyter-widgets/html-manager/dist": `${vendor}html-manager`,
    },
  });
  // Where the widgets' runtime.js finds ONNX Runtime and the trained models.
  window.diffusionDerived = { files: new URL("browser/", document.currentScript.src).href };
  // The manager speaks to MathJax 2, the page has MathJax 3.
  const typeset = (call) => call?.[2] && window.MathJax?.typesetPromise?.([call[2]]);
  addEventListener("load", () => {
    if (window.MathJax && !window.MathJax.Hub) window.MathJax.Hub = { Queue: typeset };
  });
})();
