// page_why.js - why a pair is a match or none, in words.
import {make, share, nameOf, linkTo} from "./page_dom.js";

const WORDS = {
    match: "it is the match",
    barred: "barred: a verdict says that the two are different",
    types: "never compared: they are of different types",
    no_block: "never compared: they share no block",
    dead_blocks: "never compared: all blocks they share are dead, as too many are in them",
    little: "never compared: the blocks they share say too little, for names so far apart",
    waits: "not decided yet: work is put off",
};

// `one`, `other`: what the ends are called in the sentence; `from`: the end that `one` is, for the link.
export function whyWords(why, threshold, one, other, ends) {
    if (why.reason === "below")
        return [`below the threshold of ${share(threshold)}`];
    if (why.reason !== "better" && why.reason !== "taken")
        return [WORDS[why.reason] ?? why.reason];
    const better = why.reason === "better";
    const rival = linkTo("pair", better ? {a: ends.a, b: why.rival.iri} : {a: why.rival.iri, b: ends.b},
                         nameOf(why.rival.label, why.rival.iri));
    return [better ? one : other, " has a better match: ", rival, ` at ${share(why.rival.score)}`];
}

export function whyCell(candidate, threshold, iri) {
    if (candidate.reason === "match")
        return make("b", {class: "agree"}, WORDS.match);
    const ends = {a: iri, b: candidate.iri};
    return make("span", {class: "soft"}, whyWords(candidate, threshold, "this one", "that one", ends));
}

// What is said of a pair as a whole, and the class of its colour.
export function standing(x, review) {
    if (x.pinned)
        return ["pinned by a verdict", "agree"];
    if (x.barred)
        return ["barred by a verdict", "against"];
    if (x.match)
        return x.score < review ? ["possible match", "doubt"] : ["match", "agree"];
    return [x.candidate ? "no match" : "no candidate", "against"];
}

const listWords = names => names.map((name, i) => [i === 0 ? "" : i === names.length - 1 ? " and " : ", ", name]);

// The pair in a sentence or two: what corresponds, what is another, why it is not matched.
export function sentence(x, lines, sides) {
    const [left] = sides.map(side => side.neighbours);
    const of = kind => [...new Set(lines.filter(line => line.kind === kind).map(line => left[line.i].relation))];
    const labels = sides.map(side => (side.label ?? "").trim());
    const words = [];
    if (labels[0] && labels[0] === labels[1])
        words.push("The names are equal. ");
    const same = of("same"), apart = of("apart");
    if (same.length)
        words.push("In common: ", listWords(same), ". ");
    if (apart.length)
        words.push("They differ in ", listWords(apart), ". ");
    if (!same.length && !apart.length && sides.some(side => side.neighbours.length))
        words.push("Of what stands around them nothing corresponds well. ");
    if (x.contradicted)
        words.push("A verdict says that the two are the same, but others contradict it. ");
    if (!x.match && x.reason !== "match")
        words.push("It is no match; ", whyWords(x, x.threshold, nameOf(sides[0].label, sides[0].iri),
                                                nameOf(sides[1].label, sides[1].iri),
                                                {a: sides[0].iri, b: sides[1].iri}), ".");
    return make("p", {class: "sentence"}, words);
}
