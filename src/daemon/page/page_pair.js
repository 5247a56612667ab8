// page_pair.js - a pair: its score, the two neighbourhoods, the evidence, and who else there is.
import {make, card, cell, share, nameOf, linkTo, plainName, hashOf} from "./page_dom.js";
import {ask} from "./page_ask.js";
import {neighbourhoods, linesOf, values} from "./page_neighbours.js";
import {evidence} from "./page_evidence.js";
import {standing, sentence, whyCell} from "./page_why.js";
import {verdictBar} from "./page_verdict.js";

const OTHERS = 4; // of each end, candidates beside this one

const orNothing = promise => promise.catch(trouble => {
    if (trouble.name === "AbortError" || trouble.status === 0)
        throw trouble;
    return null;
});

export async function loadPair(args, signal) {
    const [x, ofA, ofB] = await Promise.all([
        ask("explain", {a: args.a, b: args.b}, signal),
        orNothing(ask("candidates", {iri: args.a, limit: OTHERS + 1}, signal)),
        orNothing(ask("candidates", {iri: args.b, limit: OTHERS + 1}, signal))]);
    return {x, others: [ofA, ofB]};
}

const typeWords = side => `${side.graph}${side.type ? ` · ${side.type}` : ""}`;

function head(side, where) {
    return make("div", {class: where}, make("span", {class: "soft"}, typeWords(side)),
                make("h1", {tabindex: -1}, linkTo("entity", {iri: side.iri}, nameOf(side.label, side.iri))),
                side.name && side.name !== side.label
                    ? make("p", {class: "soft small"}, "judged by the name ", make("bdi", {}, side.name)) : null,
                make("p", {class: "iri soft"}, make("bdi", {}, side.iri)));
}

function heads(x, review) {
    const [words, colour] = standing(x, review);
    return make("div", {class: "heads num"}, head(x.sides[0], "left"),
                make("div", {class: "says"}, make("b", {}, share(x.score)), make("span", {class: colour}, words)),
                head(x.sides[1], "right"));
}

function othersOf(side, found, other) {
    const rows = (found?.graphs ?? []).filter(g => g.graph === other.graph)
        .flatMap(g => g.candidates.filter(c => c.iri !== other.iri).slice(0, OTHERS))
        .map(c => make("tr", {}, cell(linkTo("pair", {a: side.iri, b: c.iri}, nameOf(c.label, c.iri))),
                       cell(whyCell(c, found.threshold, side.iri)), cell(share(c.score), {class: "n"})));
    const title = ["for ", nameOf(side.label, side.iri), ` in ${other.graph}`];
    return [make("h3", {class: "soft"}, title),
            rows.length ? make("table", {class: "num others"}, make("tbody", {}, rows))
                        : make("p", {class: "soft"}, "Nothing else comes near.")];
}

function sharedBlocks(blocks) {
    if (!blocks.length)
        return make("p", {class: "soft small"}, "The two share no block: nothing brings them together.");
    const members = b => ` ${b.members[0]} × ${b.members[1]}${b.live ? "" : ", dead"}`;
    return make("details", {},
                make("summary", {"data-focus": "blocks"}, `What brought them together (${blocks.length})`),
                make("ul", {class: "blocks"}, blocks.map(b =>
                    make("li", {}, `${b.kind} ${b.relation} `, make("bdi", {}, b.text),
                         make("span", {class: "soft"}, members(b))))));
}

export const pairTitle = x => x.sides.map(side => plainName(side.label, side.iri)).join(" · ");

// `wants`: view and args of this page, review, press, skip, again
export function drawPair({x, others}, wants) {
    const [a, b] = x.sides;
    const toggle = hashOf(wants.view, {...wants.args, all: wants.args.all ? null : 1});
    return [heads(x, wants.review),
            sentence(x, linesOf(a.neighbours, b.neighbours), x.sides),
            verdictBar(x, wants.press, wants.skip, wants.again),
            neighbourhoods(x.sides),
            values(x.sides),
            evidence(x, wants.review, Boolean(wants.args.all), toggle),
            card("Why not another?", null, othersOf(a, others[0], b), othersOf(b, others[1], a)),
            sharedBlocks(x.blocks)];
}
