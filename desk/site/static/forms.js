// Forms of records: every form works without this script. With it, questions that depend on an answer come by themselves, rows are added
// in place, drafts are kept while one types, Markdown shows how it will look, and a record to link to is picked from a list.
"use strict";

(() => {
	const DRAFT_EVERY = 8000;

	// ---- the form in place ----

	const form = document.querySelector("form[data-form]");
	const state = () => form.querySelector("[data-draft-state]");
	const say = (words) => { const place = state(); if (place) place.textContent = words; };
	let changed = false, sent = false, busy = false, timer = 0;

	const body = (extra) => {
		const data = new URLSearchParams();
		for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
		for (const [name, value] of Object.entries(extra)) data.append(name, value);
		return data;
	};

	const plain = (root) => {
		for (const part of root.querySelectorAll("[data-without-script]")) part.hidden = true;
		for (const area of root.querySelectorAll("textarea[data-markdown]")) addPreview(area);
	};

	// Asks the hub what the form looks like after an answer or an action, and puts that in place of what is there.
	async function refresh(action, target) {
		if (busy) return false;
		busy = true;
		form.setAttribute("aria-busy", "true");
		const focus = document.activeElement && form.contains(document.activeElement) ? document.activeElement : null;
		const before = focus ? {id: focus.id, top: focus.getBoundingClientRect().top, start: focus.selectionStart, end: focus.selectionEnd} : null;
		const open = new Set([...form.querySelectorAll("details[open]")].map((d) => d.id || d.querySelector("summary")?.textContent));
		try {
			const answer = await fetch(form.getAttribute("action"), {method: "POST", body: body({_refresh: "1", _do: action}), headers: {accept: "text/html"}});
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const inside = page.querySelector("[data-form-inside]"), here = form.querySelector("[data-form-inside]");
			if (!inside) {
				say("The form could not be renewed; what you typed is still here.");
				return false;
			}
			for (const d of inside.querySelectorAll("details")) if (open.has(d.id || d.querySelector("summary")?.textContent)) d.open = true;
			plain(inside);
			here.replaceWith(inside);
			if (!document.getElementById("zones")) { const zones = page.getElementById("zones"); if (zones) form.after(zones); }
			const token = page.querySelector("form[data-form] input[name=csrf]");
			if (token) form.querySelector("input[name=csrf]").value = token.value;
			const goal = target && document.getElementById(target);
			if (goal) {
				const first = goal.matches("input, textarea, select") ? goal : goal.querySelector("input:not([type=hidden]), textarea, select, button") ?? goal;
				first.focus();
				goal.scrollIntoView({block: "nearest"});
			} else if (before?.id) {
				const again = document.getElementById(before.id);
				if (again) {
					again.focus({preventScroll: true});
					scrollBy(0, again.getBoundingClientRect().top - before.top);
					if (before.start != null && again.setSelectionRange && /^(text|url|search|tel|password|textarea)$/.test(again.type)) again.setSelectionRange(before.start, before.end);
				}
			}
			return true;
		} catch {
			say("The hub can't be reached; what you typed is still here.");
			return false;
		} finally {
			busy = false;
			form.removeAttribute("aria-busy");
		}
	}

	async function keepDraft() {
		if (!changed || sent || busy) return;
		changed = false;
		try {
			const answer = await fetch(form.getAttribute("action"), {method: "POST", body: body({_automatic: "1", _do: ""}), headers: {accept: "text/plain"}, redirect: "error"});
			say(answer.ok ? await answer.text() : "The draft was not saved: sign in again by saving. What you typed is still here.");
			if (!answer.ok) changed = true;
		} catch {
			changed = true;
			say("The draft was not saved: the hub can't be reached.");
		}
	}

	// ---- Markdown ----

	function addPreview(area) {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "small";
		button.textContent = "Preview";
		button.setAttribute("aria-expanded", "false");
		const hint = area.nextElementSibling;
		(hint?.classList.contains("hint") ? hint : area).after(button);
		button.addEventListener("click", async () => {
			const shown = button.nextElementSibling;
			if (shown?.classList.contains("preview")) {
				shown.remove();
				button.setAttribute("aria-expanded", "false");
				button.textContent = "Preview";
				return;
			}
			const answer = await fetch(form.getAttribute("action"), {method: "POST", body: body({_refresh: "1", _do: "preview"}), headers: {accept: "text/html"}});
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const preview = page.getElementById(area.id)?.closest(".field")?.querySelector(".preview");
			const put = preview ?? Object.assign(document.createElement("div"), {className: "preview", textContent: "Nothing to show yet."});
			button.after(put);
			button.setAttribute("aria-expanded", "true");
			button.textContent = "Close preview";
		});
	}

	if (form) {
		const start = form.querySelector("[data-form-inside]");
		plain(start);
		start.querySelector(".error-summary")?.focus();

		form.addEventListener("input", () => { changed = true; clearTimeout(timer); timer = setTimeout(keepDraft, DRAFT_EVERY); });
		form.addEventListener("change", (event) => { if (event.target.matches("[data-decides]")) refresh("follow"); });

		form.addEventListener("click", (event) => {
			const button = event.target.closest("button[name=_do]");
			if (!button) return;
			const [verb, place] = button.value.split(/:(.*)/s);
			if (!["add", "remove", "up", "down", "open", "drop"].includes(verb)) return;
			event.preventDefault();
			changed = true;
			const target = new URL(button.formAction, location.href).hash.slice(1);
			refresh(button.value, verb === "drop" ? "" : decodeURIComponent(target)).then((done) => { if (!done && !place) form.submit(); });
		});

		form.addEventListener("submit", () => { sent = true; });
		addEventListener("pageshow", () => { sent = false; });
		// A page that goes away can't wait for an answer; a beacon is sent all the same, up to 64 kB of it.
		const leave = () => {
			if (!changed || sent) return;
			if (navigator.sendBeacon(form.getAttribute("action"), body({_automatic: "1", _do: ""}))) changed = false;
			else keepDraft();
		};
		addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
		addEventListener("pagehide", leave);
	}

	// A place named in the address stands in a part that is folded: open it.
	const opened = () => {
		const goal = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
		for (let part = goal; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
		if (goal && form?.contains(goal)) goal.scrollIntoView({block: "center"});
	};
	addEventListener("hashchange", opened);
	opened();

	// ---- a record to link to: combobox with a list (ARIA Authoring Practices, editable combobox with list autocomplete) ----

	const picker = document.querySelector("form[data-picker]");
	if (picker) {
		const input = picker.querySelector("input[name=q]"), select = picker.querySelector("select[name=rel]");
		const link = document.querySelector("form[data-picker-form]");
		const list = Object.assign(document.createElement("ul"), {id: "link-list", hidden: true, className: "picker-list"});
		const status = Object.assign(document.createElement("p"), {className: "visually-hidden"});
		list.setAttribute("role", "listbox");
		list.setAttribute("aria-label", "Records found");
		status.setAttribute("role", "status");
		for (const [name, value] of Object.entries({role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "link-list"})) input.setAttribute(name, value);
		const box = Object.assign(document.createElement("div"), {className: "picker"});
		input.replaceWith(box);
		box.append(input, list, status);
		let options = [], at = -1, asked = 0, wait = 0;

		const close = () => {
			list.hidden = true;
			at = -1;
			input.setAttribute("aria-expanded", "false");
			input.removeAttribute("aria-activedescendant");
		};
		const mark = (i) => {
			at = i;
			list.querySelectorAll("[role=option]").forEach((o, j) => o.setAttribute("aria-selected", String(j === at)));
			const option = list.children[at];
			if (!option) return input.removeAttribute("aria-activedescendant");
			input.setAttribute("aria-activedescendant", option.id);
			option.scrollIntoView({block: "nearest"});
		};
		const choose = (i) => {
			link.elements.rel.value = select.value;
			link.elements.target.value = options[i].id;
			close();
			link.submit();
		};
		const show = (hits) => {
			options = hits;
			list.replaceChildren(...hits.map((hit, i) => {
				const option = Object.assign(document.createElement("li"), {id: `link-option-${i}`});
				option.setAttribute("role", "option");
				option.setAttribute("aria-selected", "false");
				option.append(Object.assign(document.createElement("span"), {textContent: hit.headline}), Object.assign(document.createElement("span"), {className: "note", textContent: ` ${hit.id}`}));
				option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(i); });
				return option;
			}));
			list.hidden = !hits.length;
			input.setAttribute("aria-expanded", String(hits.length > 0));
			at = -1;
			input.removeAttribute("aria-activedescendant");
			status.textContent = hits.length ? `${hits.length} found; choose with the arrow keys` : "Nothing found";
		};
		const find = async () => {
			const words = input.value.trim(), ticket = ++asked;
			if (words.length < 2) return close();
			const kinds = (select.selectedOptions[0].dataset.kinds || "").split(",").filter(Boolean);
			const found = [];
			for (const kind of kinds.length ? kinds.slice(0, 8) : [""]) {
				const where = new URLSearchParams({q: `${words}*`, limit: "8"});
				if (kind) where.set("kind", kind);
				const answer = await fetch(`/api/v1/search?${where}`, {headers: {accept: "application/json"}}).catch(() => null);
				if (ticket !== asked) return;
				if (!answer?.ok) continue;
				const {items = []} = await answer.json();
				found.push(...items.map((r) => ({id: r.id, headline: r.title || r.id})));
			}
			show(found.slice(0, 12));
		};
		input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(find, 200); });
		select.addEventListener("change", close);
		input.addEventListener("blur", close);
		input.addEventListener("keydown", (event) => {
			if (event.key === "ArrowDown" || event.key === "ArrowUp") {
				event.preventDefault();
				if (list.hidden) return void find();
				const n = options.length;
				mark(event.key === "ArrowDown" ? (at + 1) % n : (at - 1 + n) % n);
			} else if (event.key === "Enter" && at >= 0) {
				event.preventDefault();
				choose(at);
			} else if (event.key === "Escape" && !list.hidden) {
				event.preventDefault();
				close();
			}
		});
	}
})();
