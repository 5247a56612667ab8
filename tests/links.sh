#!/bin/sh
# links.sh: the documents hold together.  Relative links of every .md file lead to a file that
# is there, and to a heading of it where they name one; files of the tree that stand in `backticks`
# are there; README.md is a page, of 200 lines at most.
cd "$(dirname "$0")/.." || exit 1
failed=0 links=0 files=0
fault() { echo "$*"; failed=1; }

headings() { # FILE: as GitHub names them
    awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
        tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}
prose() { awk '/^```/ { code = !code; next } !code' "$1"; }

for page in $(find . -name '*.md' -not -path './build*' -not -path './.git/*'); do
    for link in $(prose "$page" | grep -o '](\([^)]*\))' | sed 's/^](//; s/)$//'); do
        case $link in *://*) continue ;; esac
        links=$((links + 1))
        target=${link%%#*} part=
        case $link in *'#'*) part=${link#*#} ;; esac
        if [ -n "$target" ]; then target=$(dirname "$page")/$target; else target=$page; fi
        if [ ! -e "$target" ]; then
            fault "$page: $link is not there"
        elif [ -n "$part" ] && ! headings "$target" | grep -qxF -e "$part"; then
            fault "$page: $link: no such heading"
        fi
    done
    # paths from the top, as they are told in all documents; NAME and ROOM stand for many
    for path in $(prose "$page" | grep -oE '`(scripts|tests|integration|src|include|config)/[A-Za-z0-9_./-]*' | tr -d '`' | grep -vE 'NAME|ROOM'); do
        files=$((files + 1))
        [ -e "$path" ] || fault "$page: $path is not there"
    done
done
lines=$(wc -l < README.md)
[ "$lines" -le 200 ] || fault "README.md has $lines lines; 200 are a page"
echo "$links links, $files files"
exit $failed
