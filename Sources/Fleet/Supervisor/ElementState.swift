import Glibc
import Platform

/// What an element of a cluster's job knows besides its own workers.
struct ElementState {
    /// Every file of the run has its record, whoever ran it.
    var isComplete = false
    /// What Slurm asked for: USR1 before the end of its time or for news, TERM at once.
    private(set) var request: StopRequest?
    /// Slurm wants its cores back.
    private(set) var mustMove = false
    /// When it last looked for claims that others have lost, in monotonic nanoseconds.
    var soughtClaims: UInt64 = 0

    mutating func take(_ signal: Int32) {
        if signal == SIGUSR1 {
            mustMove = true
            if request == nil { request = .graceful }
        } else {
            // Somebody ends the job, or Slurm does and starts it again by itself.
            mustMove = false
            request = .now
        }
    }
}
