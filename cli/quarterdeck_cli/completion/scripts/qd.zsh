#compdef qd
# Completion of qd for zsh: eval "$(qd completion zsh)", after compinit
_qd() {
    local line="${(j: :)words[1,CURRENT-1]} $PREFIX" found
    local -a texts shown folders folders_shown
    while IFS=$'\t' read -r found description; do
        if [[ $found == *[/=] ]]; then
            folders+=("$found"); folders_shown+=("$found")
        else
            texts+=("$found"); shown+=("${(r:24:)found}  $description")
        fi
    done < <(command ${words[1]} __complete zsh "$line" 2>/dev/null)
    local description
    # -U: what fits is decided already, by its letters in their order
    (( $#texts )) && compadd -U -Q -l -V qd -d shown -a texts
    (( $#folders )) && compadd -U -Q -S '' -V qd-folders -d folders_shown -a folders
    return 0
}
compdef _qd qd
