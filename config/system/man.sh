#!/bin/sh
# man.sh ALIGND HELP2MAN FOLDER: manual pages of the program and of each command, of what --help says.
set -eu
alignd=$1 help2man=$2 out=$3
rm -rf "$out"
mkdir -p "$out/programs"

page() { # NAME WORDS COMMAND: help2man asks a program of that name, and knows "Usage:" by its capital
    program=$out/programs/$1
    cat > "$program" << END
#!/bin/sh
case \$1 in
--version) echo "$1 $("$alignd" --version | head -n 1 | cut -d ' ' -f 2)" ;;
*) '$alignd' $3 --help | sed 's/^usage:/Usage:/; s/^commands:/Commands:/' ;;
esac
END
    chmod +x "$program"
    "$help2man" --no-info --section 1 --name "$2" --manual alignd --output "$out/$1.1" "$program"
}

page alignd "keep catalogs aligned while they change" ""
"$alignd" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\)  *\(.*\)/\1\t\2/p' |
    while IFS="$(printf '\t')" read -r command words; do page "alignd-$command" "$words" "$command"; done
rm -r "$out/programs"
touch "$out/done"
