# bash completion of alignd: commands and options as its own --help tells them, so that none is
# missing here; behind an option that takes a file, files
_alignd() {
    local program=$1 word=$2 command="" i help
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac
    done
    COMPREPLY=()
    if [ -z "$command" ]; then
        help=$("$program" --help 2> /dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p')
        COMPREPLY=($(compgen -W "$help --help --version" -- "$word"))
        return
    fi
    if [[ $word != -* ]]; then
        local IFS=$'\n'
        COMPREPLY=($(compgen -f -- "$word"))
        compopt -o filenames 2> /dev/null
        return
    fi
    help=$("$program" "$command" --help 2> /dev/null | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -e '--[a-z-]+')
    COMPREPLY=($(compgen -W "$help" -- "$word"))
} && complete -F _alignd alignd
