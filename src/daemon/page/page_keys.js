// page_keys.js - the keys, and the table of them.  A key never does anything while somebody types,
// with a modifier, or where the browser has its own use for it.
import {make, byId, exchange} from "./page_dom.js";

const OFF = "alignd.keys";

const rows = [["/", "to the search"], ["S", "the pair is the same"], ["D", "the pair is different"],
              ["Space", "skip it (in the review)"], ["W", "withdraw the verdict on this pair"],
              ["U", "back to the pair decided last"], ["J  K", "next and previous pair to review"],
              ["A  B", "the left and the right entity of the pair"], ["O", "overview"], ["R", "review"],
              ["E", "events"], ["?", "these keys"], ["Esc", "closes this"]];

const areOn = () => localStorage.getItem(OFF) !== "off";

function isTyping(target) {
    return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

// Space presses a button and opens a <details>; elsewhere it is ours.
function isPressing(target, key) {
    return key === " " && target.closest?.("button, summary") !== null;
}

export function showKeys() {
    const dialog = byId("keys");
    const box = make("input", {type: "checkbox", id: "keys-on", onchange: event =>
        localStorage.setItem(OFF, event.target.checked ? "on" : "off")});
    box.checked = areOn();
    exchange(dialog, make("h2", {}, "Keys"),
             make("table", {}, make("tbody", {}, rows.map(([key, words]) => make("tr", {},
                 make("th", {scope: "row"}, key.split("  ").map(k => [make("kbd", {}, k), " "])),
                 make("td", {}, words))))),
             make("p", {}, box, make("label", {for: "keys-on"}, " single keys are on")),
             make("form", {method: "dialog"}, make("button", {autofocus: true}, "Close")));
    dialog.showModal();
}

// `table`: key (lower case) to what it does; returns true there when it did something.
export function listenToKeys(actions) {
    document.addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented ||
            byId("keys").open || isTyping(event.target) || isPressing(event.target, event.key))
            return;
        if (event.key !== "?" && !areOn())
            return;
        if (actions[event.key.toLowerCase()]?.())
            event.preventDefault();
    });
}
