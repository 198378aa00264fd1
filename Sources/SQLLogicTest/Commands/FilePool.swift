/// Where the files of a command run.
package protocol FilePool {
    /// Runs `files` and gives each result to `onResult`, in the order of the files.
    /// - Parameter failFast: starts no more files once one has failed; these have no result.
    mutating func run(_ files: [String], failFast: Bool, onResult: (FileResult) -> Void)
}

/// This process and thread, one file after the other.
struct OwnThread: FilePool {
    let work: FileWork

    mutating func run(_ files: [String], failFast: Bool, onResult: (FileResult) -> Void) {
        for file in files {
            let result = work.result(of: file)
            onResult(result)
            if failFast, result.hasFailed { return }
        }
    }
}
