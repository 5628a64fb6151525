"use strict";
(async () => {
  const small = JSON.parse(document.getElementById("data").textContent);
  const bytes = Uint8Array.from(atob(small.packed), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = { ...small, ...JSON.parse(await new Response(plain).text()) };
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  // Three significant figures; whole digits are never replaced by noughts: as in the rest of the page.
  const places = (value) => {
    if (!Number.isFinite(value) || value === 0) return 0;
    const digits = (number) => Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number))));
    const rounded = Number(value.toFixed(Math.min(digits(value), 20)));
    return rounded === 0 ? 0 : digits(rounded);
  };
  const number = (value, digits) => {
    if (value === null || !Number.isFinite(value)) return "–";
    const [whole, part] = Math.abs(value).toFixed(digits).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, words.group);
    const sign = value < 0 && Number(value.toFixed(digits)) !== 0 ? "−" : "";
    return sign + grouped + (part ? words.decimal + part : "");
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const cell = (text) => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const save = (name, text) => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  // A row of a group says where, at one place or more; what it is stands in the heading of the group.
  const ofTable = (table) =>
    [...table.rows].map((row) => {
      const [first, ...rest] = [...row.cells];
      if (first.scope === "rowgroup") return "";
      const group = row.parentElement.querySelector("[scope=rowgroup]");
      const names = group
        ? [...first.childNodes].filter((one) => one.nodeType === Node.TEXT_NODE).map((one) => `${group.textContent.trim()} (${one.data.trim()})`)
        : [first.innerText.trim()];
      return names.map((name) => [name, ...rest.map((one) => one.innerText.trim())].map(cell).join(",") + "\n").join("");
    }).join("");
  const ofColumns = (columns) =>
    columns[0].map((_, row) => columns.map((one) => cell(one[row])).join(",") + "\n").join("");
  const ofQueues = () => {
    const { rows, dates } = data.player;
    const lines = rows.flatMap((row) => dates.map((date, day) =>
      [date, ...row.key, row.to_cn[day], row.to_kz[day], row.line[day]].map((one) => cell(String(one))).join(",") + "\n"));
    return "day,crossing,mode,kz_to_cn,cn_to_kz,in_line\n" + lines.join("");
  };
  document.querySelectorAll("button[data-csv]").forEach((button) => {
    const name = button.dataset.csv;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.dataset.table) save(name, ofTable(byId(button.dataset.table)));
      else if (name === "queues_per_day.csv") save(name, ofQueues());
      else save(name, ofColumns(data.files[name]));
    });
  });

  const play = (player) => {
    const box = byId("player");
    const slider = byId("day");
    const button = byId("play");
    const last = player.labels.length - 1;
    const total = {};
    const { most, face, gap } = player;
    player.rows.forEach((row) => {
      const days = row.to_cn.map((value, day) => value + row.to_kz[day]);
      total[row.key.join(" ")] = days;
    });
    const counted = (value) => number(value, value < 100 ? 1 : 0);
    // Area, not length, says how many there are.
    const across = (mode, value) => (most[mode] ? face * Math.sqrt(value / most[mode]) : 0);
    let running = null;

    const show = (day) => {
      const text = player.labels[day] + (day < player.runIn ? ` (${words.runIn})` : "");
      byId("date").textContent = text;
      slider.value = String(day);
      slider.setAttribute("aria-valuetext", text);
      player.rows.forEach((row, at) => {
        ["to_cn", "to_kz", "line"].forEach((name) => {
          byId(`${name}-${at}`).textContent = counted(row[name][day]);
        });
        const [, mode] = row.key;
        const share = most[mode] ? total[row.key.join(" ")][day] / most[mode] : 0;
        byId(`bar-${at}`).setAttribute("width", String(90 * share));
      });
      document.querySelectorAll("[data-at]").forEach((shape) => {
        const id = shape.dataset.at;
        const value = total[id] ? total[id][day] : 0;
        if (shape.tagName === "text") shape.textContent = fill(shape.dataset.text, { n: counted(value) });
        else {
          const [crossing, mode] = id.split(" ");
          const size = across(mode, value);
          if (mode !== "rail") {
            shape.setAttribute("r", String(size / 2));
            return;
          }
          // A square stands west of the circle, so that neither hides the other.
          const trucks = total[`${crossing} road`];
          const aside = trucks ? across("road", trucks[day]) / 2 + gap + size / 2 : 0;
          shape.setAttribute("x", String(shape.dataset.x - aside - size / 2));
          shape.setAttribute("y", String(shape.dataset.y - size / 2));
          shape.setAttribute("width", String(size));
          shape.setAttribute("height", String(size));
        }
      });
    };
    const stop = () => {
      clearInterval(running);
      running = null;
      button.textContent = words.play;
    };
    const step = (by) => {
      const next = Number(slider.value) + by;
      if (next > last || next < 0) return false;
      show(next);
      return true;
    };
    button.addEventListener("click", () => {
      if (running !== null) {
        stop();
        return;
      }
      if (Number(slider.value) >= last) show(0);
      button.textContent = words.pause;
      running = setInterval(() => step(1) || stop(), calm.matches ? 1000 : 125);
    });
    slider.addEventListener("input", () => show(Number(slider.value)));
    byId("map").addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30 }[event.key];
      if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      stop();
      if (!step(by)) show(by < 0 ? 0 : last);
    });
    box.hidden = false;
    show(Math.min(player.runIn, last));
  };

  const explore = (sweep) => {
    const box = byId("explorer");
    const target = sweep.sliders.map(() => 0);
    const inputs = sweep.sliders.map((slider, at) => byId(`slider-${at}`));
    const stepped = (slider) => slider.values.length <= sweep.stops;

    const nearest = () => {
      let best = null;
      sweep.points.forEach((point, at) => {
        const away = sweep.sliders.reduce((sum, slider, one) => sum + (slider.values[point.at[one]][1] - target[one]) ** 2, 0);
        if (best === null || away < best.away) best = { at, away };
      });
      return best;
    };
    const show = () => {
      sweep.sliders.forEach((slider, at) => {
        const value = Number(inputs[at].value);
        target[at] = stepped(slider) ? slider.values[value][1] : value / 1000;
      });
      const { at, away } = nearest();
      const point = sweep.points[at];
      const exact = away < 1e-9 && sweep.more === 0 && sweep.sliders.every(stepped);
      byId("nearest").textContent = fill(exact ? words.exact : words.nearest, { n: point.n, m: sweep.points.length });
      sweep.sliders.forEach((slider, one) => {
        const text = slider.values[point.at[one]][0];
        byId(`value-${one}`).textContent = text;
        inputs[one].setAttribute("aria-valuetext", stepped(slider) ? slider.values[Number(inputs[one].value)][0] : text);
      });
      sweep.flows.forEach((_, flow) => {
        sweep.indicators.forEach((indicator, column) => {
          const found = sweep.results[column][at][flow];
          let text = "–";
          if (found) {
            // A share lies between none and all, whatever Student's interval says.
            const shown = (value) => (value === null ? null : indicator.share ? 100 * Math.min(1, Math.max(0, value)) : value);
            const [mean, low, high] = found.map(shown);
            const digits = places(mean);
            text = number(mean, digits);
            if (low !== null) text += ` [${fill(words.between, { low: number(low, digits), high: number(high, digits) })}]`;
          }
          byId(`result-${flow}-${column}`).textContent = text;
        });
      });
    };
    inputs.forEach((input) => input.addEventListener("input", show));
    box.hidden = false;
    show();
  };

  if (data.player) play(data.player);
  if (data.explorer) explore(data.explorer);
})();
