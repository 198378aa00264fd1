import Fleet
import Reports
import Testing

@Suite("where a run stands in the queue, in words") struct QueueWordsTests {
    @Test("the runs before it, and whose uses the workspace and how far that is")
    func places() {
        var place = QueuePlace(id: "own", before: 2)
        (place.run, place.runBy, place.runShare) = ("r-1", "ann@laptop", 0.409)
        #expect(QueueWords.text(place) == "waiting: 2 runs before this one; r-1 of ann@laptop is at 40 %")
        (place.before, place.runShare) = (1, nil)
        #expect(QueueWords.text(place) == "waiting: 1 run before this one; r-1 of ann@laptop uses the workspace")
        (place.run, place.holder) = (nil, "bob@desk (build)")
        #expect(QueueWords.text(place) == "waiting: 1 run before this one; bob@desk (build) uses the workspace")
        place.before = 0
        #expect(QueueWords.text(place) == "waiting: bob@desk (build) uses the workspace")
        place.isTurn = true
        #expect(QueueWords.text(place) == "the workspace is free")
    }

    @Test("a run that waits, one that waits by itself, and one that could not be started")
    func runs() {
        var run = WaitingRun(id: "r-1", startedBy: "ann@laptop", since: 100, isDetached: false)
        #expect(QueueWords.text(run, now: 160) == "r-1 of ann@laptop waits for this workspace since 1m00s")
        run.isDetached = true
        #expect(QueueWords.text(run, now: 100).hasSuffix(", detached"))
        run.failure = "the build command failed"
        #expect(QueueWords.text(run, now: 100) == "r-1 of ann@laptop waited and could not be started: the build command failed")
    }
}
