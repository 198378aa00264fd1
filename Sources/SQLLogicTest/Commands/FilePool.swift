/// Where the files of a command run.
public protocol FilePool {
    /// Runs `files` and gives each result to `take` as soon as all before it have been given.
    /// - Parameter failFast: starts no more files once one has not passed; these have no result.
    mutating func run(_ files: [String], failFast: Bool, take: (FileResult) -> Void)
}

/// This process and thread, one file after the other.
struct OwnThread: FilePool {
    let work: FileWork

    mutating func run(_ files: [String], failFast: Bool, take: (FileResult) -> Void) {
        for file in files {
            let result = work.result(of: file)
            take(result)
            if failFast, !result.passed { return }
        }
    }
}
