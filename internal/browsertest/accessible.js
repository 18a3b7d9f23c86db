(() => {
	for (const running of document.getAnimations()) running.finish(); // judge final colors, not those of a transition
	const found = [];
	const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + "." + e.className + " " + (e.textContent || "").trim().slice(0, 30);
	const all = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility());

	for (const e of all.filter(e => e.matches("button, input, select, textarea, a[href]"))) {
		const label = e.getAttribute("aria-label") || [...(e.labels ?? [])].map(l => l.textContent).join("") ||
			(e.matches("button, a") ? e.textContent : "");
		if (!label.trim()) found.push("no name: " + name(e));
		const box = e.getBoundingClientRect();
		if (!e.matches(".skip") && (box.width < 24 || box.height < 24)) found.push("too small: " + name(e));
	}
	for (const e of all.filter(e => e.matches("img") && !e.hasAttribute("alt"))) found.push("no alt: " + name(e));

	const ids = all.map(e => e.id).filter(Boolean);
	for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) found.push("twice: #" + id);
	for (const attribute of ["aria-labelledby", "for"]) for (const e of document.querySelectorAll("[" + attribute + "]"))
		if (!document.getElementById(e.getAttribute(attribute))) found.push(attribute + " of nothing: " + name(e));

	let level = 0;
	for (const e of all.filter(e => e.matches("h1, h2, h3, h4"))) {
		const now = Number(e.tagName[1]);
		if (now > level + 1) found.push("skips a level: " + name(e));
		level = now;
	}
	if (document.querySelectorAll("h1").length !== 1 || document.querySelectorAll("main").length !== 1) found.push("one h1 and one main");
	if (!document.documentElement.lang || !document.title) found.push("no language or title");
	for (const e of document.body.children) if (!e.matches("header, main, footer, .skip, noscript")) found.push("outside of landmarks: " + name(e));

	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const over = (color, below) => {
		canvas.globalCompositeOperation = "source-over";
		canvas.fillStyle = "rgb(" + below + ")";
		canvas.fillRect(0, 0, 1, 1);
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
	};
	const ground = e => {
		const behind = [];
		for (let at = e; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
		return behind.reduce((below, color) => over(color, below), [255, 255, 255]);
	};
	const light = color => {
		const [r, g, b] = color.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	let texts = 0;
	for (const e of all) {
		const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
		if (!(own || e.matches("input, select, textarea")) || e.disabled || e.matches(".hidden, .skip, option")) continue;
		texts++;
		const style = getComputedStyle(e), below = ground(e);
		const [high, low] = [light(over(style.color, below)), light(below)].sort((a, b) => b - a);
		const big = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
		const contrast = (high + 0.05) / (low + 0.05);
		if (contrast < (big ? 3 : 4.5)) found.push("contrast " + contrast.toFixed(2) + ": " + name(e));
	}
	if (texts < 50) found.push("only " + texts + " texts were judged");
	return found;
})()
