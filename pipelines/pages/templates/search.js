// Search over the entries in the page: [title, path, group, summary, words], all in lower case at use.
(() => {
  const entries = JSON.parse(document.getElementById("entries").textContent);
  const texts = entries.map((e) => [e[0].toLowerCase(), (e[0] + " " + e[1] + " " + e[3] + " " + e[4]).toLowerCase()]);
  const field = document.getElementById("question");
  const found = document.getElementById("found");
  const count = document.getElementById("count");
  const SHOWN = 60;
  const CJK = /[\u3400-\u9fff]/;

  // a word of Chinese letters also counts where most of its pairs of letters stand apart
  const rateWord = (word, title, names, text) => {
    if (names.has(word)) return 24;
    if (title.includes(word)) return 10;
    if (text.includes(word)) return 1;
    if (!CJK.test(word) || word.length < 4) return 0;
    const pairs = Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
    const met = pairs.filter((pair) => text.includes(pair)).length / pairs.length;
    return met >= 0.6 ? met : 0;
  };

  const rate = (place, words, whole) => {
    const [title, text] = texts[place];
    const names = new Set(title.split(/[^\p{L}\p{N}.]+/u));
    let score = 0;
    for (const word of words) {
      const found = rateWord(word, title, names, text);
      if (!found) return 0;
      score += found;
    }
    if (title.includes(whole)) score += 40;
    if (title === whole) score += 100;
    return score - Math.min(title.length, 60) / 100;
  };

  const show = () => {
    const whole = field.value.trim().toLowerCase();
    const words = whole.split(/[\s,，。、]+/).filter(Boolean);
    found.replaceChildren();
    if (!words.length) { count.textContent = count.dataset.ask; return; }
    const hits = entries
      .map((entry, place) => [rate(place, words, whole), place])
      .filter(([score]) => score > 0)
      .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    count.textContent = hits.length
      ? count.dataset.some.replace("#", hits.length).replace("#", Math.min(hits.length, SHOWN))
      : count.dataset.none;
    for (const [, place] of hits.slice(0, SHOWN)) {
      const [title, path, group, summary] = entries[place];
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = path;
      link.textContent = title;
      item.append(link, " ");
      if (group) {
        const kind = document.createElement("span");
        kind.textContent = group;
        item.append(kind);
      }
      if (summary) {
        const line = document.createElement("p");
        line.textContent = summary;
        item.append(line);
      }
      found.append(item);
    }
  };

  document.getElementById("find").addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", show);
  field.value = new URLSearchParams(location.search).get("q") || "";
  show();
  field.focus();
})();
