/// Part of the shell's script: whether others can change the agent that lies in a state folder.
///
/// The folder, all above it, and what is in it on the way to the agent must belong to this user or root, and be writable by nobody
/// else unless it is sticky. All is asked of one `ls`. There is no `!` in it, which csh would take for history.
enum StateCheck {
    /// Defines `check FOLDER`, with the folder's real path: prints nothing, a reason, or `shared` where a group may write.
    static func function(digest: String) -> String {
        let place = "$1/agents/\(digest)"
        let list = #"p=$1; set -- "$1/agents" "\#(place)" "\#(place)/slt-worker"; "#
            + #"while :; do set -- "$@" "$p"; case $p in /) break ;; esac; p=${p%/*}; p=${p:-/}; done"#
        // Sticky folders, then what everybody may write, then what a group may.
        let look = #"while read m n o g s x y t f; do case $f in /proc/self/) me=$o; continue ;; esac; "#
            + #"case $m in l*|?????????[tT]*) ;; ????????w*) z="everybody may write to $f" ;; ?????w*) k="$k $g" ;; esac; "#
            + #"set -- "$@" "$o" "$f"; done"#
        // A user that this namespace does not know is as good as root in it.
        let judge = #"me=${me:-$(id -u)}; u=0; read i j n < /proc/self/uid_map && [ "$n" -le 65534 ] && u=65534; "#
            + #"while [ $# -gt 0 ]; do case $1 in 0|"$me"|"$u") ;; *) z="$2 belongs to user $1" ;; esac; shift 2; done; "#
            // A group of the user's own name has nobody else in it.
            + #"for g in $k; do case $g in 0|"$me") ;; *) h=shared ;; esac; done; echo "${z:-$h}""#
        return #"check() { \#(list); LC_ALL=C ls -ldn /proc/self/ "$@" 2>/dev/null | { set --; me=; z=; k=; h=; \#(look); \#(judge); }; }"#
    }

    /// Forgets the agent `$a` unless it is what was uploaded.
    static func compare(digest: String) -> String {
        #"g=$(sha256sum < "$a" 2>/dev/null); case $g in \#(digest)*) ;; *) a= ;; esac"#
    }
}
