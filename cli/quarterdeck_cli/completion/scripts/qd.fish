# Completion of qd for fish: qd completion fish | source
function __qd_complete
    set -l line (commandline -cp)
    command qd __complete fish "$line" 2>/dev/null
end
complete -c qd -f -k -a '(__qd_complete)'
