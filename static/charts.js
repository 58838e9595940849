// Draws a chart over the one that came with the page, when it scrolls into view. The page's own stays beneath: for
// print, for readers, and where this library cannot be had. Colours are the page's tokens, read again when they change.
(() => {
  "use strict";
  const SOURCE = document.currentScript.dataset.plotly;
  const OPTIONS = { displayModeBar: false, responsive: true };
  let library = null;

  function load() {
    library ||= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = SOURCE;
      script.onload = () => done(window.Plotly);
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  // `light-dark()` is no colour to the library: the browser says what it comes to.
  function token(name) {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  function trace(one, format) {
    const colour = one.kind === "plan" ? token("ink-3") : token(`c${one.colour}`);
    const common = { name: one.name, x: one.x, y: one.y, hovertemplate: `%{y:${format || ",.2~f"}}` };
    if (one.kind === "bar") return { ...common, type: "bar", marker: { color: colour } };
    const line = one.kind === "plan" ? { color: colour, width: 1.5, dash: "3px,4px" } : { color: colour, width: 2 };
    return { ...common, type: "scatter", mode: "lines", line, ...(one.kind === "line" && { fill: "tozeroy", fillcolor: faded(colour), connectgaps: false }) };
  }

  const faded = (colour) => colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.1)");

  // The last point says its value, as on the page's own chart.
  function ends({ traces, end }) {
    const { x, y } = traces[0], last = y.findLastIndex((value) => value !== null);
    if (!end || last < 0) return [];
    return [{ x: x[last], y: y[last], text: `<b>${end}</b>`, showarrow: false, xanchor: last > x.length / 5 ? "right" : "left", yanchor: "bottom", font: { size: 12, color: token("ink") } }];
  }

  function layout(figure) {
    const ink = token("ink-3"), grid = token("line"), body = getComputedStyle(document.body);
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { size: 11, color: ink, family: body.fontFamily },
      margin: { l: 48, r: 8, t: 16, b: 24 }, annotations: ends(figure), showlegend: false, barmode: "stack", bargap: 0.32, hovermode: "x unified",
      hoverlabel: { bgcolor: token("raised"), bordercolor: grid, font: { color: token("ink") } },
      xaxis: { showgrid: false, fixedrange: true, tickformat: "%-d %b" },
      yaxis: { gridcolor: grid, zeroline: false, rangemode: "tozero", nticks: 5, fixedrange: true, tickprefix: figure.prefix, tickformat: figure.format || ",", automargin: true },
    };
  }

  async function draw(figure) {
    const plot = figure.querySelector(".plot");
    try {
      const [Plotly, answer] = await Promise.all([load(), fetch(figure.dataset.figure, { headers: { Accept: "application/json" } })]);
      if (!answer.ok || !figure.isConnected) return;
      const values = await answer.json();
      if (!values.traces.length) return;
      const box = figure.querySelector(".drawn") || document.createElement("div");
      box.className = "drawn";
      box.setAttribute("aria-hidden", "true");
      box.style.height = `${plot.offsetHeight}px`;
      figure.append(box);
      await Plotly.newPlot(box, values.traces.map((one) => trace(one, values.format)), layout(values), OPTIONS);
    } catch {
      figure.querySelector(".drawn")?.remove(); // the page's own chart is still there
    }
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "100px" });
  function watch(root) {
    if (root.querySelectorAll) for (const figure of root.querySelectorAll("figure[data-figure]:not([data-watched])")) {
      figure.dataset.watched = "";
      seen.observe(figure);
    }
  }
  watch(document);
  document.addEventListener("htmx:afterSettle", (event) => watch(event.target.parentElement || document));
  document.addEventListener("htmx:oobAfterSwap", () => watch(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const figure of document.querySelectorAll("figure:has(> .drawn)")) draw(figure);
  });
})();
