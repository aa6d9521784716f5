# Completion of qd for bash: eval "$(qd completion bash)"
_qd() {
    local line="${COMP_LINE:0:COMP_POINT}" found word="$2" begin
    # bash parts words at = and : as well, and wants only what follows the last of them
    local whole="${line##*[[:space:]]}"
    begin="${whole%"$word"}"
    COMPREPLY=()
    while IFS= read -r found; do
        COMPREPLY+=("${found#"$begin"}")
    done < <(command "$1" __complete bash "$line" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *[/=] ]]; then
        compopt -o nospace 2>/dev/null  # bash 3 has none
    fi
}
complete -o nosort -F _qd qd 2>/dev/null || complete -F _qd qd
