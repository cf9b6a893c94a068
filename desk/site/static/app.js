// Comforts only: every page works without this script.
"use strict";

// "/" goes to the search box, as in many programs.
document.addEventListener("keydown", (event) => {
	if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.target.closest("input, textarea, select, [contenteditable]")) return;
	const box = document.querySelector("[data-search]");
	if (!box) return;
	event.preventDefault();
	box.focus();
	box.select();
});

// A tree gets buttons that open and close all of it.
for (const tree of document.querySelectorAll("[data-tree]")) {
	const bar = document.createElement("p");
	bar.className = "tree-buttons";
	for (const [words, open] of [[tree.dataset.openWords, true], [tree.dataset.closeWords, false]]) {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = words;
		button.addEventListener("click", () => {
			for (const part of tree.querySelectorAll("details")) part.open = open;
		});
		bar.append(button);
	}
	tree.before(bar);
}

// A citation names the whole address, also on a hub that was not told its own.
for (const cite of document.querySelectorAll("[data-path]")) {
	const text = cite.textContent, path = cite.dataset.path;
	if (text.trimEnd().endsWith(" " + path)) cite.textContent = text.trimEnd().slice(0, -path.length) + location.origin + path;
}

// So do commands that are there to be tried.
for (const code of document.querySelectorAll("[data-whole-addresses]"))
	code.textContent = code.textContent.replaceAll('"/', `"${location.origin}/`);

// A citation can be copied.
for (const button of document.querySelectorAll("[data-copy]")) {
	if (!navigator.clipboard) break;
	button.hidden = false;
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
		button.textContent = button.dataset.done;
	});
}
