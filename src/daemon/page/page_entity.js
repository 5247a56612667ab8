// page_entity.js - the search, and an entity: what it is called, its matches, its candidates of
// each other catalog and why each of them is not the match.
import {make, card, cell, scroll, table, share, counted, count, nameOf, linkTo, entityLink, plainName, bandWords,
        hashOf} from "./page_dom.js";
import {ask} from "./page_ask.js";
import {whyCell} from "./page_why.js";

const FIRST = 50, MOST = 200; // results

// --- search ---

// What is written like one and has no space is taken as an IRI.
export const isIri = text => /^(_:|[a-z][a-z0-9+.-]*:)[^\s]+$/i.test(text);

let types = []; // to choose from

// Not waited for: the first answer takes a walk over the store, and those who search want names.
async function loadTypes() {
    const answer = await ask("types").catch(() => null);
    types = answer?.types.map(t => t.type).filter(Boolean) ?? types;
}

export async function loadSearch(args, signal) {
    const q = (args.q ?? "").trim();
    loadTypes();
    const [found, status] = await Promise.all([
        q ? ask("search", {q, type: args.type, graph: args.graph, limit: args.limit ?? FIRST}, signal) : {results: []},
        ask("status", {}, signal)]);
    const graphs = status.graphs.filter(g => g.catalog).map(g => g.name);
    return {q, results: found.results, types, graphs};
}

function choice(name, words, values, chosen, go) {
    const id = `choose-${name}`;
    return make("span", {}, make("label", {for: id}, `${words} `),
                make("select", {id, "data-focus": id, onchange: event => go({[name]: event.target.value})},
                     make("option", {value: ""}, "any"),
                     values.map(value => make("option", {value, selected: value === chosen}, value))));
}

const soft = (...words) => make("span", {class: "soft"}, words);
const matchWords = m => [entityLink(m.id, m.label), soft(` ${m.graph}`)];

const bestWords = (r, best) =>
    [" · ", linkTo("pair", {a: r.iri, b: best.id}, bandWords(best.band), " ", share(best.confidence)), " with ",
     matchWords(best)];

function resultRow(r) {
    const best = r.matches?.[0];
    return make("li", {},
                make("p", {}, entityLink(r.iri, r.label),
                     r.name && r.name !== r.label ? soft(" also ", make("bdi", {}, r.name)) : null),
                make("p", {class: "soft small"}, `${r.graph}${r.type ? ` · ${r.type}` : ""}`,
                     best ? bestWords(r, best) : " · no match",
                     r.matches?.length > 1 ? `, and ${r.matches.length - 1} more` : ""));
}

function howMany(n, limit) {
    if (!n)
        return make("p", {}, "Nothing is called so. A search takes whole words; an IRI is taken as it is.");
    return make("p", {class: "soft"}, counted(n, "result"), n >= limit ? " so far, best first" : ", best first");
}

export function drawSearch({q, results, types: known, graphs}, args) {
    const go = change => { location.hash = hashOf("search", {...args, ...change, limit: null}); };
    const limit = Number(args.limit ?? FIRST);
    const more = results.length >= limit && limit < MOST
        ? make("p", {}, linkTo("search", {...args, limit: Math.min(limit * 4, MOST)}, "more results")) : null;
    return [make("h1", {tabindex: -1}, q ? ["Results for ", make("bdi", {}, q)] : "Search"),
            make("p", {class: "choices"}, choice("graph", "catalog", graphs, args.graph, go),
                 choice("type", "type", known, args.type, go)),
            q ? null : make("p", {class: "soft"}, "Whole words of a name, or an IRI, in the field above."),
            q ? howMany(results.length, limit) : null, make("ol", {class: "results"}, results.map(resultRow)), more];
}

// --- entity ---

export async function loadEntity(args, signal) {
    const [entity, candidates] = await Promise.all([
        ask("entity", {iri: args.iri}, signal), ask("candidates", {iri: args.iri, limit: 10}, signal)]);
    return {entity, candidates};
}

const unseen = words => make("span", {class: "unseen"}, words);

function matchRow(iri, m) {
    const left = m.left_out ? ", left out of its cluster" : "";
    const words = m.pinned ? "pinned by a verdict" : bandWords(m.band) + left;
    return make("tr", {}, cell(entityLink(m.id, m.label)), cell(m.graph), cell(words, {class: "soft"}),
                cell(linkTo("pair", {a: iri, b: m.id}, share(m.confidence), unseen(": why")), {class: "n"}));
}

function known(iri, g) {
    return card([`${g.graph}${g.type ? ` · ${g.type}` : ""}`],
                `${counted(g.triples, "triple")}, ${counted(g.mentions, "mention")}`,
                g.names.length ? make("p", {}, soft("also "),
                                      g.names.map((name, i) => [i ? ", " : "", make("bdi", {}, name)])) : null,
                g.matches.length
                    ? table(["match", "catalog", "", ">confidence"], g.matches.map(m => matchRow(iri, m)),
                            {class: "num"})
                    : make("p", {}, "No match."));
}

function candidateRow(c, of) {
    const compare = linkTo("pair", {a: of.iri, b: c.iri}, share(c.score), unseen(": compare"));
    return make("tr", {}, cell(entityLink(c.iri, c.label)), cell(whyCell(c, of.threshold, of.iri)),
                cell(compare, {class: "n"}));
}

function candidatesOf(g, of) {
    const aside = g.compared > g.candidates.length ? `the best ${g.candidates.length} of ${count(g.compared)} compared`
                                                   : `${count(g.compared)} compared`;
    return card(`Candidates in ${g.graph}, and why each is the match or not`, aside,
                g.candidates.length
                    ? table(["candidate", "why", ">score"], g.candidates.map(c => candidateRow(c, of)),
                            {class: "num others"})
                    : make("p", {}, "Nobody there was compared with it."));
}

function blocksOf(blocks) {
    if (!blocks.length)
        return make("p", {class: "soft"}, "It has neither a name nor values to go by, so nobody can meet it.");
    const dead = b => `dead: more than ${count(b.limit)} of a catalog`;
    const words = b => (!b.live ? dead(b) : b.members[1] ? "" : "nobody else");
    const title = `Its blocks (${blocks.length}): whoever shares none that lives is not compared with it`;
    return make("details", {}, make("summary", {"data-focus": "blocks"}, title),
                scroll("Blocks", table(["kind", "text", "own × others", ""], blocks.map(b => make("tr", {},
                    cell(`${b.kind} ${b.relation}`), cell(make("bdi", {}, b.text)),
                    cell(`${count(b.members[0])} × ${count(b.members[1])}`), cell(words(b), {class: "soft"}))))));
}

export const entityTitle = ({entity}) => plainName(entity.graphs[0]?.label, entity.entity);

export function drawEntity({entity, candidates}) {
    const first = entity.graphs[0];
    return [make("div", {}, make("span", {class: "soft"}, entity.graphs.map(g => g.graph).join(", ")),
                 make("h1", {tabindex: -1}, nameOf(first?.label, entity.entity)),
                 make("p", {class: "iri soft"}, make("bdi", {}, entity.entity))),
            entity.graphs.map(g => known(entity.entity, g)),
            candidates.graphs.length ? candidates.graphs.map(g => candidatesOf(g, candidates))
                                     : make("p", {class: "soft"}, "There is no other catalog."),
            blocksOf(candidates.blocks)];
}
